-- Nanoseconds of OTLP as a time, to the microsecond.
CREATE OR REPLACE FUNCTION otel_time(nanos bigint) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$ SELECT timestamptz 'epoch' + nanos / 1000 * interval '1 microsecond' $function$;

-- Makes the partition for a day (UTC) of a table and moves into it what the default partition holds of that day.
-- Returns whether one was made: none is when it is there, when the table is not partitioned, and when so much would
-- have to be moved that inserts would wait for it for long; then the day stays in the default partition.
CREATE OR REPLACE FUNCTION otel_partition(parent text, day date) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout TO '2s'
AS $function$
DECLARE
  child text := parent || to_char(day, '_YYYYMMDD');
  rest text := parent || '_default';
  first timestamptz := day::timestamp AT TIME ZONE 'UTC';
  after timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
  late bigint;
BEGIN
  IF to_regclass(child) IS NOT NULL OR to_regclass(rest) IS NULL THEN
    RETURN false;
  END IF;
  -- One at a time, since several gateways want the same day at the same moment; inserts go on.
  EXECUTE format('LOCK TABLE ONLY %I IN SHARE UPDATE EXCLUSIVE MODE', parent);
  IF to_regclass(child) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE time >= %L AND time < %L LIMIT 100001) AS counted',
    rest, first, after) INTO late;
  IF late > 100000 THEN
    RETURN false;
  ELSIF late > 0 THEN
    -- Inserts of this day are likely: let them wait here. Those that wait for the default partition fail when they
    -- find that it does not take the day any more.
    EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', parent);
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
  -- Made beside the table and then attached: PARTITION OF would lock the table against inserts.
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE)', child, parent);
  EXECUTE format('WITH late AS (DELETE FROM %I WHERE time >= %L AND time < %L RETURNING *)
    INSERT INTO %I SELECT * FROM late', rest, first, after, child);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, first, after);
  RETURN true;
END $function$;

-- Drops the days of a table that lie wholly before the time from which rows are kept; returns how many.
CREATE OR REPLACE FUNCTION otel_drop_days(parent text, keep interval) RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout TO '2s'
AS $function$
DECLARE
  timescale text := (SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
    WHERE extname = 'timescaledb');
  child text;
  dropped integer := 0;
BEGIN
  IF to_regclass(parent || '_default') IS NULL THEN
    IF timescale IS NOT NULL THEN
      EXECUTE format('SELECT count(*) FROM %I.drop_chunks($1, older_than => $2)', timescale)
        USING parent::regclass, now() - keep INTO dropped;
    END IF;
    RETURN dropped;
  END IF;
  FOR child IN
    SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
    WHERE inhparent = parent::regclass AND relname ~ ('^' || parent || '_\d{8}$')
      AND to_date(right(relname, 8), 'YYYYMMDD') < ((now() - keep) AT TIME ZONE 'UTC')::date
    ORDER BY relname
  LOOP
    EXECUTE format('DROP TABLE %I', child);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $function$;

-- Deletes rows from the default partition of a table that are older than is kept, 100,000 at most; returns how many.
CREATE OR REPLACE FUNCTION otel_delete_older(parent text, keep interval) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout TO '2s'
AS $function$
DECLARE
  rest text := parent || '_default';
  deleted bigint;
BEGIN
  IF to_regclass(rest) IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %I WHERE time < $1 LIMIT 100000))', rest, rest)
    USING now() - keep;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $function$;
