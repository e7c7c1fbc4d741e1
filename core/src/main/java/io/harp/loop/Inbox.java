package io.harp.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a loop, in two queues of one bound each. What was put comes before what was
 * offered: of the latter the wire brings thousands, and a view that waits behind them would come
 * when it is long past.
 */
final class Inbox {

  /** After so many that were put, one that was offered has its turn. */
  private static final int IN_A_ROW = 32;

  private final int bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private final Queue<Runnable> put = new ArrayDeque<>();
  private final Queue<Runnable> offered = new ArrayDeque<>();
  private int inARow;

  Inbox(int bound) {
    this.bound = bound;
  }

  /** Waits while there is no room, but not longer; false if there still was none. */
  boolean put(Runnable event, long waitMs) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lockInterruptibly();
    try {
      while (put.size() >= bound) {
        if (left <= 0) {
          return false;
        }
        left = notFull.awaitNanos(left);
      }
      put.add(event);
      notEmpty.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** False if there is no room. */
  boolean offer(Runnable event) {
    lock.lock();
    try {
      if (offered.size() >= bound) {
        return false;
      }
      offered.add(event);
      notEmpty.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next one, waited for as long as that; null if there is none then. */
  @Nullable Runnable poll(long waitMs) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lockInterruptibly();
    try {
      while (put.isEmpty() && offered.isEmpty()) {
        if (left <= 0) {
          return null;
        }
        left = notEmpty.awaitNanos(left);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Runnable take() {
    if (put.isEmpty() || inARow >= IN_A_ROW && !offered.isEmpty()) {
      inARow = 0;
      return offered.poll();
    }
    inARow++;
    notFull.signal();
    return put.poll();
  }

  /** How many wait. */
  int size() {
    lock.lock();
    try {
      return put.size() + offered.size();
    } finally {
      lock.unlock();
    }
  }
}
