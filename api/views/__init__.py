"""The calls of REST v1, one file per noun: parse, call one service, render."""
