"""Orders of effects: which explain what was observed, under the identity rules and the clocks."""
