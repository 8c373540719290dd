package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoaderThreadTest {
  private final TaskMailbox mailbox = new TaskMailboxImpl();
  private final LoaderThread thread =
      new LoaderThread(
          "loader",
          new MailboxExecutorImpl(
              mailbox, TaskMailbox.MIN_PRIORITY, StreamTaskActionExecutor.IMMEDIATE));
  private final List<ModelException> failures = new ArrayList<>();

  private void load(LoaderThread.Load load) {
    thread.load(load, served -> {}, failures::add);
  }

  @Test
  @Timeout(180)
  void load_thatIsInterruptedFromOutside_hasFailed() throws Exception {
    load(
        () -> {
          throw new InterruptedException("a connection that others share");
        });
    mailbox.take(TaskMailbox.MIN_PRIORITY).run();

    assertThat(failures)
        .extracting(ModelException::reason)
        .containsExactly(ModelReason.FETCH_FAILED);
    thread.close();
  }

  @Test
  void close_duringALoad_interruptsItWithoutAMail() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    load(
        () -> {
          begun.countDown();
          new CountDownLatch(1).await();
          throw new AssertionError("nothing ends this wait but an interrupt");
        });
    begun.await();
    thread.close();

    assertThat(mailbox.hasMail()).isFalse();
    assertThat(failures).isEmpty();
  }
}
