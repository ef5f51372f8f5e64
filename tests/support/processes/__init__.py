"""Programs of Furlong as processes of their own: started, forked, of a former version, or killed."""
