"""How results show themselves in a notebook that has no kernel, no network and no trust."""
