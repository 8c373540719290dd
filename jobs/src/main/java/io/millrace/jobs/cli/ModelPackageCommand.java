package io.millrace.jobs.cli;

import io.millrace.flink.ModelBase;
import io.millrace.flink.ModelPackage;
import io.millrace.jobs.ModelUpload;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a package of a version: writes its manifest. */
@Command(
    name = "package",
    description = {
      "Writes manifest.json into the folder of a version: every file with size and SHA-256, and the"
          + " digest over them. It is written last and at once, so a version that has one is whole.",
      "A version that is packaged is not changed any more: what has a manifest is checked against"
          + " it instead.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace model package /models/fraud/7",
      "  millrace model package export/0412 --to hdfs:///models/fraud/7",
      "  millrace model package s3://models/export-0412 --model fraud --version 7"
    })
final class ModelPackageCommand implements Callable<Integer> {

  @Mixin private ModelArgument model = new ModelArgument();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model's name; by default that of the folder above the version's.")
  private @Nullable String name;

  @Option(
      names = "--version",
      paramLabel = "NUMBER",
      description = "The version; by default the last segment of its location.")
  private @Nullable Long version;

  @Option(
      names = "--to",
      paramLabel = "LOCATION",
      description =
          "Where the version goes: its files are copied there first. By default it stays at PATH.")
  private @Nullable String to;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (ModelArgument.Opened opened = model.open()) {
      URI location = to == null ? opened.location() : Locations.parse(to);
      Manifest manifest = describe(opened, location);
      ModelPackage target = ModelPackage.at(location);
      if (to != null) {
        new ModelUpload(opened.files().directory(), location).run();
      }
      boolean written = write(target, manifest);
      Console.out(spec)
          .printf(
              "%s %s (%s) at %s: %d files, %d bytes%n",
              written ? "packaged" : "packaged already:",
              manifest.version(),
              manifest.version().digest(),
              location,
              manifest.files().size(),
              manifest.bytes());
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.DONE;
  }

  private Manifest describe(ModelArgument.Opened opened, URI location)
      throws CommandException, ModelException, IOException {
    String named = name != null ? name : folderAbove(location);
    try {
      long number = ModelBase.exact(location, version).version();
      return ModelPackage.describe(named, number, opened.files().directory(), model.tags());
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
  }

  private static String folderAbove(URI location) throws CommandException {
    Path folder = Path.of(location.getPath()).getParent();
    if (folder == null || folder.getFileName() == null) {
      throw CommandException.usage(
          "--model is missing: expected it, or a location such as <model>/<version>", null);
    }
    return folder.getFileName().toString();
  }

  private static boolean write(ModelPackage target, Manifest manifest)
      throws CommandException, ModelException, IOException, InterruptedException {
    Optional<Manifest> there = target.manifest();
    if (there.isEmpty()) {
      target.write(manifest);
      return true;
    }
    if (!there.get().version().equals(manifest.version())) {
      throw CommandException.failed(
          "packaged already as %s (%s): expected %s (%s); remove its %s to package it anew"
              .formatted(
                  there.get().version(),
                  there.get().version().digest(),
                  manifest.version(),
                  manifest.version().digest(),
                  Manifest.FILE_NAME),
          null);
    }
    return false;
  }
}
