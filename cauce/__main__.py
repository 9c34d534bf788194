"""`python -m cauce` is the console command."""

from cauce.cli import main

main()
