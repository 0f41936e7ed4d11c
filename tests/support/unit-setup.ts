// A unit test that reaches for a database is not one: this address refuses every connection.
process.env.DATABASE_URL = "postgresql://nobody:nothing@127.0.0.1:1/none";
process.env.NODE_ENV = "test";
process.env.LOG_LEVEL = "silent";
