"""What the reader clicks through: the deck of questions and the drills."""
