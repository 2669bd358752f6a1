"""What `maillage` cannot do, in a sentence for the person who asked."""


class Refused(Exception):
    """One clear sentence; the command prints it and exits 1."""
