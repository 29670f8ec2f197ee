"""The fleet: all SIM ranges of the operator as columns of numbers, with lookups over ICCID, IMSI and MSISDN.

Pure, as the board is. Customers, cases and alarms are the board's; reading files is the sources' work.
"""
