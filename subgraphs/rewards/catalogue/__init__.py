"""What a brand offers: reward versions, their content, and the laws and checks that they must pass."""
