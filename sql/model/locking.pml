/*
 * The protocol of locking and fencing, small enough to be checked whole by spin:
 *   leases that end at any instant, take-over, stale commits, release within a commit, and the
 *   outbox that a leader moves to the feed while leaders crash.
 * Each atomic block below stands for one transaction of sql/functions/40-locks.sql (take_lock,
 * drop_lock), 35-guards.sql (write_guard, stale_guard), 50-revisions.sql (append_revision) and
 * 60-feed.sql (feed_advance); the row lock of the item makes them indivisible for one item.
 *
 *   sql/model/check        all interleavings, and each seeded fault must be found
 *
 * Seeded faults: -DNO_FENCE (a commit does not compare its base), -DNO_GUARD (a write does not look
 * at the lock), -DTWO_LEADERS (no advisory lock), -DSTALE_LEASE (the lease is judged before the row
 * is claimed), -DLATE_RELEASE (a commit releases in a transaction of its own), -DSPLIT_MOVE (the
 * leader writes the feed and empties the outbox in two transactions).
 */

#define ITEMS 2
#define CLIENTS 3
#ifndef EDITS
#define EDITS 2
#endif
#define NOBODY 255
#define FEED_MOST (CLIENTS * EDITS)

byte head[ITEMS];               /* current_revision */
byte holder[ITEMS] = NOBODY;    /* of the lock's row */
bool live[ITEMS];               /* the lease has not ended */

/* The outbox: what has committed, by the order of its item; the feed: what a leader numbered. */
byte committed[ITEMS];          /* revisions told in the outbox, ever */
byte waiting[ITEMS];            /* of these, not yet moved */
byte told[ITEMS];               /* moved to the feed */
byte feed_last;
bool leader_lock;
byte finished;

/* The lease of an item ends at any instant; the row stays until somebody sweeps it. */
active proctype clock()
{
	byte i;
	do
	:: atomic { finished < CLIENTS -> i = 0; live[i] = false }
	:: atomic { finished < CLIENTS -> i = 1; live[i] = false }
	:: finished == CLIENTS -> break
	od
}

/* A commit: guard, fence, new revision, event and release, as one transaction. */
inline commit(me, item, base, accepted)
{
#ifdef STALE_LEASE
	judged = live[item] && holder[item] != me;
	atomic {
		if
		:: judged -> accepted = false
#else
	atomic {
		if
#ifndef NO_GUARD
		:: live[item] && holder[item] != me -> accepted = false
#endif
#endif
#ifndef NO_FENCE
		:: else ->
			if
			:: base != head[item] -> accepted = false
			:: else -> accepted = true
			fi
#else
		:: else -> accepted = true
#endif
		fi;
		if
		:: accepted ->
			/* No update is lost: a revision follows the one that its author saw. */
			assert(base == head[item]);
			/* Nobody writes under another's live lock. */
			assert(!(live[item] && holder[item] != me));
			head[item]++;
			committed[item]++;
			waiting[item]++;
#ifndef LATE_RELEASE
			if
			:: holder[item] == me -> holder[item] = NOBODY; live[item] = false
			:: else
			fi
#endif
		:: else
		fi
	}
#ifdef LATE_RELEASE
	if
	:: accepted ->
		atomic {
			/* Nobody ends a lease but its holder. */
			assert(!(live[item] && holder[item] != me));
			holder[item] = NOBODY;
			live[item] = false
		}
	:: else
	fi
#endif
}

proctype client(byte me)
{
	byte edits, item, base;
	bool accepted, judged;

	do
	:: edits < EDITS ->
		if
		:: item = 0
		:: item = 1
		fi;
		/* take_lock: free or ended → mine; another's live lock → wait or write without (and be refused). */
		atomic {
			if
			:: !live[item] || holder[item] == me -> holder[item] = me; live[item] = true
			:: live[item] && holder[item] != me
			fi;
			base = head[item]
		}
		/* … editing, while the lease may end and another may take over … */
		commit(me, item, base, accepted);
		edits++
	:: else -> break
	od;
	finished++
}

/* A hub: leads when it gets the advisory lock, moves what it sees, and may crash at any step. */
proctype hub()
{
	byte seen[ITEMS];
	do
	:: atomic {
#ifdef TWO_LEADERS
		true
#else
		!leader_lock -> leader_lock = true
#endif
	   };
#ifdef TWO_LEADERS
	   /* Without the lock the look and the move are not one. */
	   atomic { seen[0] = waiting[0]; seen[1] = waiting[1] };
	   atomic {
		told[0] = told[0] + seen[0]; told[1] = told[1] + seen[1];
		feed_last = feed_last + seen[0] + seen[1];
		if :: seen[0] <= waiting[0] -> waiting[0] = waiting[0] - seen[0] :: else -> waiting[0] = 0 fi;
		if :: seen[1] <= waiting[1] -> waiting[1] = waiting[1] - seen[1] :: else -> waiting[1] = 0 fi;
		assert(told[0] + waiting[0] == committed[0] && told[1] + waiting[1] == committed[1])
	   }
#else
	   if
	   :: skip /* crashes before the transaction: the lock goes with its connection */
	   :: atomic {
		told[0] = told[0] + waiting[0]; told[1] = told[1] + waiting[1];
		feed_last = feed_last + waiting[0] + waiting[1];
#ifndef SPLIT_MOVE
		waiting[0] = 0; waiting[1] = 0
#endif
	      }
#ifdef SPLIT_MOVE
	      if
	      :: skip /* crashes between the two */
	      :: atomic { waiting[0] = 0; waiting[1] = 0 }
	      fi
#endif
	   fi;
	   /* No event is lost and none is told twice, after any crash. */
	   atomic {
		assert(told[0] + waiting[0] == committed[0] && told[1] + waiting[1] == committed[1]);
		assert(feed_last == told[0] + told[1] && feed_last <= FEED_MOST);
		leader_lock = false
	   }
#endif
	:: finished == CLIENTS && waiting[0] == 0 && waiting[1] == 0 -> break
	od;
	/* In the end every commit is in the feed, exactly once. */
	assert(told[0] == head[0] && told[1] == head[1])
}

init {
	byte n;
	atomic {
		holder[0] = NOBODY;
		holder[1] = NOBODY;
		for (n : 0 .. CLIENTS - 1) { run client(n) }
		run hub();
		run hub()
	}
}
