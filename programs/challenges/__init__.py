"""Goals with progress; reaching one is a participation, which the rules reward."""
