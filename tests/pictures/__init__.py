"""What pictures are taken of and what axe looks at: the demo's house, and every screen of it by name.

`house` signs people in, `furnish` adds what the demo lacks, `screens` and `desk_screens` name the pages, `variants`
chooses how each is looked at.
"""
