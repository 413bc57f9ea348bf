"""What is measured once and kept in `data/`: each module is a command that measures it again."""
