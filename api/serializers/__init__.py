"""What calls take and answer, one file per noun; input apart from output."""
