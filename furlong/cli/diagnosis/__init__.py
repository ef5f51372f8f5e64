"""What is wrong, in words for operators: errors, wrong settings and misspelt variables."""
