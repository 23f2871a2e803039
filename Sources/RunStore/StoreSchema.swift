internal import GRDB

/// The tables of the run store; a new version adds a migration and never changes an old one.
enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: runs, results, attempts") { database in
      try database.execute(
        sql: """
          CREATE TABLE run (
            id TEXT PRIMARY KEY NOT NULL,
            started_ms INTEGER NOT NULL,
            mode TEXT NOT NULL,
            header TEXT NOT NULL,
            summary TEXT
          ) STRICT;

          CREATE TABLE result (
            run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            suite TEXT NOT NULL,
            place INTEGER NOT NULL,
            case_id TEXT NOT NULL,
            case_key TEXT NOT NULL,
            outcome TEXT NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (run_id, suite, place)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE attempt (
            number INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL REFERENCES run(id),
            purpose TEXT NOT NULL CHECK (purpose IN ('recording', 'live')),
            suite TEXT NOT NULL,
            case_id TEXT NOT NULL,
            case_key TEXT NOT NULL,
            request TEXT NOT NULL,
            role TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (
              state IN ('sent', 'answered', 'released', 'in-doubt', 'promoted')),
            reserved_micro INTEGER NOT NULL,
            cost_micro INTEGER NOT NULL DEFAULT 0,
            failure TEXT,
            exchange TEXT,
            is_usable INTEGER NOT NULL DEFAULT 0,
            is_promotable INTEGER NOT NULL DEFAULT 1
          ) STRICT;

          CREATE INDEX attempt_of_case ON attempt (case_key, role, ordinal);
          CREATE INDEX attempt_of_suite ON attempt (suite, state);

          -- Result URLs before redaction, while a picture is still to be fetched. Wiped when the case
          -- is settled; never merged or exported.
          CREATE TABLE pending_url (
            case_key TEXT NOT NULL,
            place INTEGER NOT NULL,
            url TEXT NOT NULL,
            PRIMARY KEY (case_key, place)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2: resumed runs, links of live runs") { database in
      try database.execute(
        sql: """
          -- The run that this one goes on with.
          ALTER TABLE run ADD COLUMN resumes TEXT REFERENCES run(id);

          CREATE TABLE pending_link (
            case_key TEXT NOT NULL,
            purpose TEXT NOT NULL CHECK (purpose IN ('recording', 'live')),
            place INTEGER NOT NULL,
            url TEXT NOT NULL,
            PRIMARY KEY (case_key, purpose, place)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO pending_link (case_key, purpose, place, url)
            SELECT case_key, 'recording', place, url FROM pending_url;
          DROP TABLE pending_url;
          """)
    }
    migrator.registerMigration("3: facts of pictures") { database in
      try database.execute(
        sql: """
          -- A cache: what a picture shows, by the digest of its bytes.
          CREATE TABLE picture_facts (
            digest TEXT PRIMARY KEY NOT NULL,
            version TEXT NOT NULL,
            document TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("4: facts of cases, runs to be removed") { database in
      try database.execute(
        sql: """
          -- What histories read of a result: a tenth of its document. Runs of a time before it are
          -- filled in when a history first reads them.
          CREATE TABLE case_fact (
            suite TEXT NOT NULL,
            run_id TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            case_id TEXT NOT NULL,
            case_key TEXT NOT NULL,
            outcome TEXT NOT NULL,
            latency_ms INTEGER NOT NULL,
            cost_micro INTEGER NOT NULL,
            is_answered INTEGER NOT NULL,
            inputs BLOB NOT NULL,
            shown BLOB,
            looks BLOB,
            looks_version TEXT,
            PRIMARY KEY (suite, run_id, place)
          ) STRICT, WITHOUT ROWID;

          -- Runs whose rows are gone and whose folders are still to be removed.
          CREATE TABLE removal (run_id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("5: rows by their run") { database in
      try database.execute(
        sql: """
          -- A run that is removed takes its rows along: without these each would be a walk of a table.
          CREATE INDEX case_fact_of_run ON case_fact (run_id);
          CREATE INDEX attempt_of_run ON attempt (run_id);
          """)
    }
    migrator.registerMigration("6: links by their order") { database in
      try database.execute(
        sql: """
          -- Result URLs before redaction, while a picture is still to be fetched: of one order each, so
          -- that no other order of the same case touches them. Never merged or exported.
          CREATE TABLE order_link (
            order_number INTEGER NOT NULL REFERENCES attempt(number) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            url TEXT NOT NULL,
            PRIMARY KEY (order_number, place)
          ) STRICT, WITHOUT ROWID;
          INSERT INTO order_link (order_number, place, url)
            SELECT MAX(number), place, url FROM pending_link JOIN attempt USING (case_key, purpose)
            WHERE role = 'generate' AND state = 'answered' AND is_usable = 1
            GROUP BY case_key, purpose, place;
          DROP TABLE pending_link;
          """)
    }
    return migrator
  }
}
