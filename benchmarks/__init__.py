"""The budgets of docs/architecture.md, measured as ratios in one run. Nothing here is a test: `make bench` prints."""
