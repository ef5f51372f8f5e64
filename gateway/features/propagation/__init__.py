"""What clients get of subgraphs' headers and extensions: those that rules name, merged by rule."""
