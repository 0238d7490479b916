------------------------------- MODULE Swip -------------------------------
(* One page's way in and out of memory: swips, frames, pins, epochs, reads and writes.

   A swip is one word that says where a page is: EVICTED, or the address of a frame, HOT or COOL.
   Readers load it under an epoch guard and use the address without lock or count; a pin keeps the
   frame beyond the guard. The clock hand cools what is hot and evicts what is cool: the swip is
   emptied by one compare-and-swap, the frame waits in limbo until every guard that may have seen it
   has ended, and is used again once nobody pins it.

   engine/buffer does this for the pages of runs, which never change. Pages of the B+tree do: for
   them come a latch, dirty pages, writing back, and the rule that the log goes first. Models with
   Writers = {} are the pool of today; the rest is the design that the B+tree follows.

   What must hold:
     - a page has one frame that readers can find                   (OneFrameAPage)
     - that frame has the page as it was changed last               (ReadersSeeTheNewest)
     - nobody uses a frame that has been given to something else     (NoUseAfterReclaim)
     - a change is in memory or on the disk                          (NoChangeIsDropped)
     - the disk never holds a change that the log may lose           (LogGoesFirst)
     - a frame that is free is in nobody's way                       (FreeFramesAreFree)

   An epoch stamp is modelled by what it means: the set of guards that began before it and have not
   ended. *)

EXTENDS Integers, FiniteSets

CONSTANTS
  NPages, NFrames,
  Readers,     \* threads that read
  Writers,     \* threads that change pages
  MaxChanges,
  Bugs          \* planted bugs; see the models

Pages == 1..NPages
Frames == 1..NFrames
Threads == Readers \cup Writers
Nothing == 0

VARIABLES
  swip,        \* page -> [frame, cool]; frame 0: EVICTED
  owner,       \* frame -> the page whose swip leads here, 0 when none
  holds,       \* frame -> the page whose bytes are in it, 0 when it is free
  version,     \* frame -> the version of these bytes
  pins,        \* frame -> number of pins
  orphan,      \* frame -> the top bit of the pin word
  limbo,       \* frame -> [in, stamped, waits]: unlinked, and the guards to wait for
  latch,       \* frame -> who holds it exclusively: a writer, "hand", or "nobody"
  io,          \* frame -> the version that is being written, 0 when none
  thread,      \* thread -> what it is doing
  disk,        \* page -> the version on the disk
  newest,      \* page -> the newest version that was made
  logged       \* page -> the version up to which the log is durable
vars == <<swip, owner, holds, version, pins, orphan, limbo, latch, io, thread, disk, newest, logged>>

Evicted == [frame |-> Nothing, cool |-> FALSE]
NotInLimbo == [in |-> FALSE, stamped |-> FALSE, waits |-> {}]
Loading == {"reading", "publish"}
Idle == [at |-> "idle", page |-> Nothing, frame |-> Nothing, word |-> Evicted, guard |-> FALSE]

Init ==
  /\ swip = [p \in Pages |-> Evicted]
  /\ owner = [f \in Frames |-> Nothing]
  /\ holds = [f \in Frames |-> Nothing]
  /\ version = [f \in Frames |-> 0]
  /\ pins = [f \in Frames |-> 0]
  /\ orphan = [f \in Frames |-> FALSE]
  /\ limbo = [f \in Frames |-> NotInLimbo]
  /\ latch = [f \in Frames |-> "nobody"]
  /\ io = [f \in Frames |-> 0]
  /\ thread = [t \in Threads |-> Idle]
  /\ disk = [p \in Pages |-> 0]
  /\ newest = [p \in Pages |-> 0]
  /\ logged = [p \in Pages |-> 0]

At(t, where) == thread[t].at = where
Become(t, next) == thread' = [thread EXCEPT ![t] = next]
Guards == {t \in Threads : thread[t].guard}
Free(f) == holds[f] = Nothing
Dirty(f) == holds[f] # Nothing /\ version[f] # disk[holds[f]]

\* Pool::FreeLocked (pool.cc).
FreeFrame(f) ==
  /\ holds' = [holds EXCEPT ![f] = Nothing]
  /\ version' = [version EXCEPT ![f] = 0]
  /\ orphan' = [orphan EXCEPT ![f] = FALSE]

--------------------------------------------------------------------------
(* Readers, and writers up to where they hold a frame. *)

\* EpochGuard (epoch.h), then Swip::Load (swip.h): RunFile::Leaf (run_file.cc).
Enter(t, p) ==
  /\ At(t, "idle")
  /\ Become(t, [Idle EXCEPT !.at = "load", !.page = p, !.guard = TRUE])
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, io, disk, newest, logged>>

\* The word that is found decides: an address is used, EVICTED is loaded.
Resolve(t) ==
  /\ At(t, "load")
  /\ LET word == swip[thread[t].page] IN
     Become(t, IF word.frame = Nothing
               THEN [thread[t] EXCEPT !.at = "miss"]
               ELSE [thread[t] EXCEPT !.at = "found", !.frame = word.frame, !.word = word])
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, io, disk, newest, logged>>

\* Swip::Warm: one compare-and-swap from the word that was seen; it may fail and nobody minds.
Warm(t) ==
  /\ At(t, "found") /\ thread[t].word.cool
  /\ LET p == thread[t].page IN
     IF swip[p] = thread[t].word
     THEN swip' = [swip EXCEPT ![p].cool = FALSE]
     ELSE UNCHANGED swip
  /\ Become(t, [thread[t] EXCEPT !.word.cool = FALSE])
  /\ UNCHANGED <<owner, holds, version, pins, orphan, limbo, latch, io, disk, newest, logged>>

\* Pin::Pin (frame.h): under the guard that found the frame.
TakePin(t) ==
  /\ At(t, "found")
  /\ pins' = [pins EXCEPT ![thread[t].frame] = @ + 1]
  /\ Become(t, [thread[t] EXCEPT !.at = "pinned", !.guard = FALSE, !.word = Evicted])
  /\ limbo' = [f \in Frames |-> [limbo[f] EXCEPT !.waits = @ \ {t}]]
  /\ UNCHANGED <<swip, owner, holds, version, orphan, latch, io, disk, newest, logged>>

\* EpochGuard::~EpochGuard.
Leave(t) ==
  /\ At(t, "found")
  /\ Become(t, Idle)
  /\ limbo' = [f \in Frames |-> [limbo[f] EXCEPT !.waits = @ \ {t}]]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, latch, io, disk, newest, logged>>

\* Pin::Unpin (pool.cc): whoever sees "orphan and nobody" frees the frame.
Unpin(t) ==
  /\ At(t, "pinned")
  /\ LET f == thread[t].frame IN
     /\ pins' = [pins EXCEPT ![f] = @ - 1]
     /\ IF pins[f] = 1 /\ orphan[f] THEN FreeFrame(f)
        ELSE UNCHANGED <<holds, version, orphan>>
  /\ Become(t, Idle)
  /\ UNCHANGED <<swip, owner, limbo, latch, io, disk, newest, logged>>

--------------------------------------------------------------------------
(* Loading: RunFile::LoadLeaf (run_file.cc). *)

\* Pool::Take: the frame is an orphan with one pin until it is published. Several threads may load the
\* same page of a run. A page that changes needs more: one loader at a time, who looks at the swip
\* again. Else it could be published, changed, written and evicted between somebody's read of the old
\* bytes and his publishing them.
Alone(t) ==
  /\ swip[thread[t].page] = Evicted
  /\ \A u \in Threads : u # t /\ thread[u].page = thread[t].page => thread[u].at \notin Loading
TakeFree(t, f) ==
  /\ At(t, "miss") /\ Free(f)
  /\ Writers = {} \/ "TwoLoaders" \in Bugs \/ Alone(t)
  /\ holds' = [holds EXCEPT ![f] = thread[t].page]
  /\ pins' = [pins EXCEPT ![f] = 1]
  /\ orphan' = [orphan EXCEPT ![f] = TRUE]
  /\ Become(t, [thread[t] EXCEPT !.at = "reading", !.frame = f])
  /\ UNCHANGED <<swip, owner, version, limbo, latch, io, disk, newest, logged>>
\* Free frames are all alike: the models take the first one.
Take(t, f) == TakeFree(t, f) /\ \A g \in 1..(f - 1) : ~Free(g)
Again(t) ==
  /\ At(t, "miss") /\ Writers # {} /\ ~Alone(t)
  /\ Become(t, [thread[t] EXCEPT !.at = "load"])
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, io, disk, newest, logged>>

ReadPage(t) ==
  /\ At(t, "reading")
  /\ version' = [version EXCEPT ![thread[t].frame] = disk[thread[t].page]]
  /\ Become(t, [thread[t] EXCEPT !.at = "publish"])
  /\ UNCHANGED <<swip, owner, holds, pins, orphan, limbo, latch, io, disk, newest, logged>>

\* Pool::Publish: pages enter COOL. Who loses the race uses the winner's page.
Publish(t) ==
  /\ At(t, "publish")
  /\ LET p == thread[t].page
         f == thread[t].frame
     IN
     /\ pins' = [pins EXCEPT ![f] = 0]
     /\ IF swip[p].frame = Nothing
        THEN /\ orphan' = [orphan EXCEPT ![f] = FALSE]
             /\ owner' = [owner EXCEPT ![f] = p]
             /\ swip' = [swip EXCEPT ![p] = [frame |-> f, cool |-> TRUE]]
             /\ Become(t, [thread[t] EXCEPT !.at = "found", !.word = [frame |-> f, cool |-> TRUE]])
             /\ UNCHANGED <<holds, version>>
        ELSE /\ FreeFrame(f)
             /\ Become(t, [thread[t] EXCEPT !.at = "found", !.frame = swip[p].frame,
                                            !.word = swip[p]])
             /\ UNCHANGED <<swip, owner>>
  /\ UNCHANGED <<limbo, latch, io, disk, newest, logged>>

\* RunFile::FinishLeaf (run_file.cc), without room in the pool or when the page is not to be kept: the
\* frame stays private to its pin and goes with it. A page that changes must not be read like that.
KeepPrivate(t) ==
  /\ At(t, "publish") /\ Writers = {}
  /\ Become(t, [thread[t] EXCEPT !.at = "pinned", !.guard = FALSE, !.word = Evicted])
  /\ limbo' = [f \in Frames |-> [limbo[f] EXCEPT !.waits = @ \ {t}]]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, latch, io, disk, newest, logged>>

--------------------------------------------------------------------------
(* Writers. *)

\* The latch, then a second look at the swip: the frame may have been unlinked in between, and the
\* writer starts again (Unpin).
Latch(t) ==
  LET f == thread[t].frame IN
  /\ t \in Writers /\ At(t, "pinned") /\ latch[f] = "nobody"
  /\ swip[thread[t].page].frame = f \/ "NoSecondLook" \in Bugs
  /\ latch' = [latch EXCEPT ![f] = t]
  /\ Become(t, [thread[t] EXCEPT !.at = "latched"])
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, io, disk, newest, logged>>

\* The change has its record in the log before the latch goes.
Change(t) ==
  /\ At(t, "latched") /\ newest[thread[t].page] < MaxChanges
  /\ LET f == thread[t].frame
         p == thread[t].page
     IN /\ newest' = [newest EXCEPT ![p] = @ + 1]
        /\ version' = [version EXCEPT ![f] = newest'[p]]
  /\ UNCHANGED <<swip, owner, holds, pins, orphan, limbo, latch, io, thread, disk, logged>>

Unlatch(t) ==
  /\ At(t, "latched")
  /\ latch' = [latch EXCEPT ![thread[t].frame] = "nobody"]
  /\ Become(t, [thread[t] EXCEPT !.at = "pinned"])
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, io, disk, newest, logged>>

\* Group commit, for all streams.
SyncLog ==
  /\ logged # newest
  /\ logged' = newest
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, io, thread, disk, newest>>

--------------------------------------------------------------------------
(* The clock hand: Pool::Unlink (pool.cc), by readers that need a frame and by the page provider. *)

Linked(f) == owner[f] # Nothing /\ swip[owner[f]].frame = f

\* Swip::Cool.
Cool(f) ==
  /\ Linked(f) /\ pins[f] = 0 /\ ~swip[owner[f]].cool
  /\ swip' = [swip EXCEPT ![owner[f]].cool = TRUE]
  /\ UNCHANGED <<owner, holds, version, pins, orphan, limbo, latch, io, thread, disk, newest,
                 logged>>

\* A dirty page is written while it stays where it is; what is written is the version of this moment.
WriteBack(f) ==
  /\ Linked(f) /\ Dirty(f) /\ latch[f] = "nobody" /\ io[f] = 0
  /\ version[f] <= logged[owner[f]] \/ "PageBeforeLog" \in Bugs
  /\ io' = [io EXCEPT ![f] = version[f]]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, thread, disk, newest,
                 logged>>
Written(f) ==
  /\ io[f] # 0
  /\ disk' = [disk EXCEPT ![holds[f]] = io[f]]
  /\ io' = [io EXCEPT ![f] = 0]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, latch, thread, newest, logged>>

\* First the latch, so that nobody changes the page between the look at it and the compare-and-swap.
\* The pool needs none: its pages do not change. What is pinned is passed over because evicting it
\* would gain nothing; a pin that comes in this moment does no harm, see Reclaim.
Claim(f) ==
  /\ Writers # {} /\ Linked(f) /\ pins[f] = 0 /\ latch[f] = "nobody"
  /\ latch' = [latch EXCEPT ![f] = "hand"]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, io, thread, disk, newest,
                 logged>>

\* Swip::Evict, from COOL, or from HOT when nothing else is left.
MayEvict(f) == (~Dirty(f) /\ io[f] = 0) \/ "DropsDirty" \in Bugs
Evict(f) ==
  /\ IF Writers = {} THEN Linked(f) ELSE latch[f] = "hand"
  /\ MayEvict(f)
  /\ swip' = [swip EXCEPT ![owner[f]] = Evicted]
  /\ owner' = [owner EXCEPT ![f] = Nothing]
  /\ limbo' = [limbo EXCEPT ![f] = [in |-> TRUE, stamped |-> FALSE, waits |-> {}]]
  /\ latch' = [latch EXCEPT ![f] = "nobody"]
  /\ UNCHANGED <<holds, version, pins, orphan, io, thread, disk, newest, logged>>
PassOver(f) ==
  /\ latch[f] = "hand" /\ ~MayEvict(f)
  /\ latch' = [latch EXCEPT ![f] = "nobody"]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, limbo, io, thread, disk, newest,
                 logged>>

\* Pool::StampLocked: after the swip was emptied, so that a later guard cannot find the frame.
Stamp(f) ==
  /\ limbo[f].in /\ ~limbo[f].stamped
  /\ limbo' = [limbo EXCEPT ![f].stamped = TRUE, ![f].waits = Guards]
  /\ UNCHANGED <<swip, owner, holds, version, pins, orphan, latch, io, thread, disk, newest,
                 logged>>

\* Pool::ReclaimLocked: free, or an orphan of its pins.
Reclaim(f) ==
  /\ limbo[f].in /\ limbo[f].stamped
  /\ limbo[f].waits = {} \/ "ReclaimEarly" \in Bugs
  /\ limbo' = [limbo EXCEPT ![f] = NotInLimbo]
  /\ IF pins[f] = 0 \/ "IgnoresPins" \in Bugs THEN FreeFrame(f)
     ELSE orphan' = [orphan EXCEPT ![f] = TRUE] /\ UNCHANGED <<holds, version>>
  /\ UNCHANGED <<swip, owner, pins, latch, io, thread, disk, newest, logged>>

--------------------------------------------------------------------------
Next ==
  \/ \E t \in Threads :
       \/ \E p \in Pages : Enter(t, p)
       \/ Resolve(t) \/ Warm(t) \/ TakePin(t) \/ Leave(t) \/ Unpin(t)
       \/ (\E f \in Frames : Take(t, f)) \/ Again(t)
       \/ ReadPage(t) \/ Publish(t) \/ KeepPrivate(t)
  \/ \E t \in Writers : Latch(t) \/ Change(t) \/ Unlatch(t)
  \/ SyncLog
  \/ \E f \in Frames :
       \/ Cool(f) \/ Claim(f) \/ Evict(f) \/ PassOver(f) \/ Stamp(f) \/ Reclaim(f)
       \/ WriteBack(f) \/ Written(f)
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------
Word == [frame : 0..NFrames, cool : BOOLEAN]
TypeOK ==
  /\ swip \in [Pages -> Word]
  /\ owner \in [Frames -> 0..NPages] /\ holds \in [Frames -> 0..NPages]
  /\ pins \in [Frames -> 0..Cardinality(Threads)]
  /\ orphan \in [Frames -> BOOLEAN]
  /\ \A f \in Frames : limbo[f].waits \subseteq Threads

\* A swip leads to a frame that knows it and has its page.
OneFrameAPage ==
  \A p \in Pages : LET f == swip[p].frame IN
    f # Nothing => owner[f] = p /\ holds[f] = p /\ ~limbo[f].in /\ ~orphan[f]

\* ... as it was changed last.
ReadersSeeTheNewest ==
  \A p \in Pages : swip[p].frame # Nothing => version[swip[p].frame] = newest[p]

\* Bytes may be used under the guard that found them, and as long as they are pinned.
NoUseAfterReclaim ==
  \A t \in Threads :
    thread[t].at \in {"found", "pinned", "latched", "reading", "publish"} =>
      holds[thread[t].frame] = thread[t].page

NoChangeIsDropped ==
  \A p \in Pages : disk[p] # newest[p] =>
    swip[p].frame # Nothing /\ version[swip[p].frame] = newest[p]

LogGoesFirst == \A p \in Pages : disk[p] <= logged[p]

FreeFramesAreFree ==
  \A f \in Frames : Free(f) =>
    pins[f] = 0 /\ ~orphan[f] /\ ~limbo[f].in /\ owner[f] = Nothing /\ io[f] = 0
      /\ latch[f] = "nobody"
=============================================================================
