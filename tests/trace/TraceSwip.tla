------------------------------ MODULE TraceSwip ------------------------------
(* Is what readers, the clock hand and the page provider did with pages a behaviour of Swip?

   tests/trace/convert_pages.py writes the module TraceData: some runs of the engine, each a sequence
   of events in the order in which they happened. Here each event allows just the action of Swip that
   it stands for, and what the engine saw has to be what the action sees: the word of the swip, who
   won the race to publish, whether a frame became free. A run from which no step is left before its
   end (a deadlock for TLC) did something that the specification does not allow.

   The events and their places in the engine are listed in README.md. *)
EXTENDS Swip, TraceData, TLC

VARIABLES
  run,   \* which run of TraceData
  at     \* its next event

Event == Traces[run][at]
TracePages == NTracePages
TraceFrames == NTraceFrames
TraceReaders == 1..NTraceThreads

TraceInit == Init /\ run \in 1..Len(Traces) /\ at = 1

\* <<"resolve", thread, frame or 0, whether it is cool>>
ResolveTo(t, f, cool) ==
  /\ LET word == swip[thread[t].page] IN word.frame = f /\ (f # Nothing => word.cool = cool)
  /\ Resolve(t)

Freed(f) == holds'[f] = Nothing

Step(e) ==
  CASE e[1] = "enter" -> Enter(e[2], e[3])
    [] e[1] = "resolve" -> ResolveTo(e[2], e[3], e[4])
    [] e[1] = "warm" -> Warm(e[2])
    [] e[1] = "pin" -> thread[e[2]].frame = e[3] /\ TakePin(e[2])
    [] e[1] = "unpin" -> thread[e[2]].frame = e[3] /\ Unpin(e[2]) /\ Freed(e[3]) = e[4]
    [] e[1] = "leave" -> Leave(e[2])
    [] e[1] = "take" -> TakeFree(e[2], e[3])
    [] e[1] = "loaded" -> ReadPage(e[2])
    [] e[1] = "publish" -> (swip[thread[e[2]].page].frame = Nothing) = e[3] /\ Publish(e[2])
    [] e[1] = "keep" -> KeepPrivate(e[2])
    [] e[1] = "cool" -> Cool(e[2])
    [] e[1] = "evict" -> Evict(e[2])
    [] e[1] = "stamp" -> Stamp(e[2])
    [] e[1] = "reclaim" -> Reclaim(e[2]) /\ Freed(e[2]) = e[3]
    [] OTHER -> FALSE

TraceNext == \/ /\ at <= Len(Traces[run]) /\ Step(Event)
                /\ at' = at + 1 /\ run' = run
             \/ at > Len(Traces[run]) /\ UNCHANGED <<vars, run, at>>

TraceSpec == TraceInit /\ [][TraceNext]_<<vars, run, at>>
=============================================================================
