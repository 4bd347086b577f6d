"""A graph with as many samples as one file holds: what tests of long recordings serve."""

import numpy as np

from explorer import lessons
from explorer.lessons.own import own_lesson
from explorer.session.recording import MOST_SAMPLES
from explorer.views.page import serve_page

lesson = lessons.load("mlp/bce_mlp_batch")
again = -(-MOST_SAMPLES // len(lesson.data["x"]))
data = {name: np.concatenate([array] * again)[:MOST_SAMPLES] for name, array in lesson.data.items()}
serve_page(home=own_lesson(lesson.graph, data, lesson.params, lesson.learning_rate, lesson.notation))
