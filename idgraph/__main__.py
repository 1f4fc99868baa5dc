"""`python -m idgraph`, for where the command itself is not on the path."""

from idgraph.cli import main

if __name__ == "__main__":
    main()
