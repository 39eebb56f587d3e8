DROP TABLE sign_in_failures, authorizations, sessions, citizens, staff, agencies;
