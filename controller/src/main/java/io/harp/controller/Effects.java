package io.harp.controller;

import io.harp.config.Problem;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.Wanted;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.util.List;

/** What the controller does to the world. Nothing here waits. */
interface Effects {

  /** Makes a status say what is wanted; true if that is news. */
  boolean status(LbService service, Wanted wanted);

  /** Tells the author of a Service. */
  void note(ServiceKey about, Note note);

  /** Tells what is wrong with the configuration: all of it, whenever it changed. */
  void problems(List<Problem> problems);

  /** Tells the counters of all pools, soon after they may have changed. */
  void usage(List<PoolUse> usage);
}
