"""The map of the départements: its outlines, which ship with the code, and how it is shaded."""
