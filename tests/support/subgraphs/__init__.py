"""The subgraphs over databases of tests, with samples of the club."""
