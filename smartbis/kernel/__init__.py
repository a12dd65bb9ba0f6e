"""What every room stands on: pure Python, no Django, no input or output."""
