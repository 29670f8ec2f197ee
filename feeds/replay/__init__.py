"""Replaying a recorded log: a hub that shows any past moment through the same board and the same views. Writes nothing
into the data directory, also not while another hub runs there.
"""
