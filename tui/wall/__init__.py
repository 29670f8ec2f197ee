"""The wall display: large numbers for a room, without a keyboard; on a terminal or as a page in a browser."""
