"""A second pair of eyes for the formulas on the page: it reads what they show, computes it again from the displayed
numbers alone, and knows nothing of the code that printed them."""
