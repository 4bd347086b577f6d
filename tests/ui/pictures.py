"""Pictures compared: of the same size, and alike but for the edges of letters."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from PIL.Image import Resampling

FAR = 64  # of 255: a pixel that is another colour


def opened(picture: bytes | Path) -> Image.Image:
    return Image.open(BytesIO(picture if isinstance(picture, bytes) else picture.read_bytes())).convert("RGB")


def differ(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """The mean difference of two pictures, of 255, and the share of pixels that are another colour."""
    assert one.size == other.size
    difference = ImageChops.difference(one, other)
    far = difference.convert("L").point(lambda shade: 255 if shade > FAR else 0)
    return max(ImageStat.Stat(difference).mean), ImageStat.Stat(far).mean[0] / 255


def halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Resampling.BOX)
