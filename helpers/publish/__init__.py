"""What makes the saved notebooks and the reading pages."""
