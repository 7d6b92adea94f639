"""How a state looks: a tone and a shape, which always stand beside the word."""

Look = tuple[str, str]
Badge = tuple[str, str, str]  # label, tone, shape
