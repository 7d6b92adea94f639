"""What the pages of one card payment, one order and one contract show."""
