"""The brand's dashboard: programme, coupons, customers, sales, team and the return of it all."""
