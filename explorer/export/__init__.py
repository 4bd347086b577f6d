"""The picture as files to take away: a LaTeX document, scripts in NumPy and PyTorch, and JSON that opens again."""
