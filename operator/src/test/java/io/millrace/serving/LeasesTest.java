package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.serving.Leases.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private final Leases<String, Value> leases = new Leases<>();

  private static final class Value implements AutoCloseable {
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void acquire_sameKey_loadsOnce() throws Exception {
    Lease<Value> first = leases.acquire("slot-1", Value::new);
    Lease<Value> second = leases.acquire("slot-1", Value::new);
    assertThat(second.value()).isSameAs(first.value());
    assertThat(first.loadedHere()).isTrue();
    assertThat(second.loadedHere()).isFalse();
    assertThat(leases.loads()).isEqualTo(1);
  }

  @Test
  void acquire_otherKey_loadsAgain() throws Exception {
    Lease<Value> first = leases.acquire("slot-1", Value::new);
    Lease<Value> second = leases.acquire("slot-2", Value::new);
    assertThat(second.value()).isNotSameAs(first.value());
    assertThat(leases.held()).isEqualTo(2);
  }

  @Test
  void close_whileAnotherHolds_closesAfterTheLast() throws Exception {
    Lease<Value> first = leases.acquire("slot-1", Value::new);
    Lease<Value> second = leases.acquire("slot-1", Value::new);
    Value value = first.value();
    first.close();
    first.close();
    assertThat(value.closed).hasValue(0);
    second.close();
    assertThat(value.closed).hasValue(1);
    assertThat(leases.held()).isZero();
  }

  @Test
  void acquire_afterTheLastClose_loadsAnew() throws Exception {
    leases.acquire("slot-1", Value::new).close();
    leases.acquire("slot-1", Value::new).close();
    assertThat(leases.loads()).isEqualTo(2);
  }

  @Test
  void acquire_failedLoad_isTriedAgainByTheNext() throws Exception {
    assertThatThrownBy(
            () ->
                leases.acquire(
                    "slot-1",
                    () -> {
                      throw new ModelException(ModelReason.LOAD_FAILED, "no");
                    }))
        .hasMessage("no");
    assertThat(leases.held()).isZero();
    assertThat(leases.acquire("slot-1", Value::new).loadedHere()).isTrue();
  }

  @Test
  void acquire_duringALoad_waitsForIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch begun = new CountDownLatch(8);
    try {
      List<Future<Lease<Value>>> futures = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        futures.add(
            threads.submit(
                () -> {
                  begun.countDown();
                  return leases.acquire(
                      "slot-1",
                      () -> {
                        begun.await();
                        return new Value();
                      });
                }));
      }
      Value value = futures.get(0).get().value();
      for (Future<Lease<Value>> future : futures) {
        assertThat(future.get().value()).isSameAs(value);
      }
      assertThat(leases.loads()).isEqualTo(1);
      for (Future<Lease<Value>> future : futures) {
        assertThat(value.closed).hasValue(0);
        future.get().close();
      }
      assertThat(value.closed).hasValue(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void acquire_whileAnInterruptedThreadLoads_loadsForItself() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Thread loader =
        new Thread(
            () ->
                assertThatThrownBy(
                        () ->
                            leases.acquire(
                                "slot-1",
                                () -> {
                                  begun.countDown();
                                  new CountDownLatch(1).await();
                                  return new Value();
                                }))
                    .isInstanceOf(InterruptedException.class));
    loader.start();
    begun.await();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Lease<Value>> waiter = threads.submit(() -> leases.acquire("slot-1", Value::new));
      loader.interrupt();
      loader.join();
      assertThat(waiter.get().loadedHere()).isTrue();
    } finally {
      threads.shutdownNow();
    }
  }
}
