"""What Focal costs, beside a floor measured in the same run."""
