"""What a job runs: the calls of duplicity that its entries, or the container's command, make."""
