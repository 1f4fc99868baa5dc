"""How trees become markup, pictures and text: every string is escaped here, and nowhere else."""
