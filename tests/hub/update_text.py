"""What an update says in these tests, as the command ``draft`` takes it: every part filled, the promise far ahead."""

TEXT = {
    "done": "We have moved the traffic to the other gateway.",
    "will": "We watch it for an hour.",
    "need": "Restart devices that do not come back by themselves.",
    "next_word": "2030-03-01T04:00:00Z",
}
