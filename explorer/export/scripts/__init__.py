"""The pass as a Python script: by hand in NumPy, or by PyTorch's autograd.

What an op is in a script stands by its name in two tables, `forward.FORWARD` and `backward.BACKWARD`: formulas over
pieces of code (`code.Code`), which know how the pieces stand beside the batch.
"""

from explorer.export.scripts.by_autograd import torch_script
from explorer.export.scripts.by_hand import numpy_script

__all__ = ["numpy_script", "torch_script"]
