"""Why matrices? The same pass by Python loops, by NumPy and by CuPy, timed in a process of its own."""
