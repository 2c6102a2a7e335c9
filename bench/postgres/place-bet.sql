-- The bet as one stored procedure: roughly the rules of the book that a bet meets there. Odds by the share of what was staked
-- (in ten-thousandths, down to a hundredth), a lock on them, a cap by the game's margin, the balance, the key of the request,
-- a row of the ledger. Game before account, always in this order, so that two bets never wait for each other.

CREATE TABLE accounts (
  id int PRIMARY KEY,
  balance bigint NOT NULL CHECK (balance >= 0),
  seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE games (
  id int PRIMARY KEY,
  status text NOT NULL DEFAULT 'open',
  version bigint NOT NULL DEFAULT 1,
  virtual_stake bigint NOT NULL,
  margin bigint NOT NULL,
  total bigint NOT NULL DEFAULT 0,
  staked bigint[] NOT NULL DEFAULT '{0,0,0}',
  liability bigint[] NOT NULL DEFAULT '{0,0,0}'
) WITH (fillfactor = 50);

CREATE TABLE bets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account int NOT NULL,
  game int NOT NULL,
  outcome smallint NOT NULL,
  stake bigint NOT NULL,
  odds int NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE requests (
  account int NOT NULL,
  key text NOT NULL,
  bet bigint,
  odds int NOT NULL,
  balance bigint NOT NULL,
  PRIMARY KEY (account, key)
);

CREATE TABLE ledger (
  account int NOT NULL,
  seq bigint NOT NULL,
  amount bigint NOT NULL,
  balance bigint NOT NULL,
  bet bigint NOT NULL,
  PRIMARY KEY (account, seq)
);

CREATE FUNCTION place_bet(
  who int, which int, what int, how_much bigint, least_odds int, request text,
  OUT code text, OUT bet_id bigint, OUT taken_odds int, OUT new_balance bigint
) LANGUAGE plpgsql AS $$
DECLARE
  game games%ROWTYPE;
  payout bigint;
  new_seq bigint;
BEGIN
  SELECT r.bet, r.odds, r.balance INTO bet_id, taken_odds, new_balance
    FROM requests r WHERE r.account = who AND r.key = request;
  IF FOUND THEN code := 'accepted'; RETURN; END IF;

  SELECT * INTO game FROM games g WHERE g.id = which FOR UPDATE;
  IF NOT FOUND THEN code := 'game_not_found'; RETURN; END IF;
  IF game.status <> 'open' THEN code := 'game_closed'; RETURN; END IF;

  taken_odds := (3 * game.virtual_stake + game.total) * 100 / (game.virtual_stake + game.staked[what]) * 100;
  IF taken_odds < least_odds THEN code := 'odds_changed'; RETURN; END IF;

  payout := how_much * taken_odds / 10000;
  IF game.liability[what] + payout > game.total + how_much + game.margin THEN
    code := 'stake_above_cap'; RETURN;
  END IF;

  UPDATE accounts a SET balance = a.balance - how_much, seq = a.seq + 1
    WHERE a.id = who AND a.balance >= how_much RETURNING a.balance, a.seq INTO new_balance, new_seq;
  IF NOT FOUND THEN code := 'insufficient_balance'; RETURN; END IF;

  game.staked[what] := game.staked[what] + how_much;
  game.liability[what] := game.liability[what] + payout;
  UPDATE games g SET total = game.total + how_much, staked = game.staked, liability = game.liability,
    version = game.version + 1 WHERE g.id = which;
  INSERT INTO bets (account, game, outcome, stake, odds) VALUES (who, which, what, how_much, taken_odds)
    RETURNING id INTO bet_id;
  INSERT INTO ledger VALUES (who, new_seq, -how_much, new_balance, bet_id);
  INSERT INTO requests VALUES (who, request, bet_id, taken_odds, new_balance);
  code := 'accepted';
END $$;
