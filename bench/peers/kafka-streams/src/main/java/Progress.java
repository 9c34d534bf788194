import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** How far the job is: the clock of the first order, and who waits for the last. */
final class Progress {
  final CountDownLatch finished = new CountDownLatch(1);
  private final AtomicLong left;
  private volatile long first;
  private volatile long last;

  Progress(long orders) {
    left = new AtomicLong(orders);
  }

  void began() {
    if (first == 0) {
      first = System.nanoTime();
    }
  }

  void ended() {
    if (left.decrementAndGet() == 0) {
      last = System.nanoTime();
      finished.countDown();
    }
  }

  double secondsToLast() {
    return (last - first) / 1e9;
  }

  double secondsToNow() {
    return (System.nanoTime() - first) / 1e9;
  }
}
