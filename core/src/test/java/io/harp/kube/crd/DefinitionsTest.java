package io.harp.kube.crd;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The definitions in {@code charts/harp/definitions} and the classes say the same. */
class DefinitionsTest {

  private static final Path DEFINITIONS = Path.of("..", "charts", "harp", "definitions");

  /** A field of a class, and whether the class may leave it out. */
  private record Property(Type type, boolean optional) {}

  static List<Class<? extends CustomResource<?, ?>>> kinds() {
    return List.of(
        ConfigurationState.class,
        IPAddressPool.class,
        L2Advertisement.class,
        ServiceL2Status.class);
  }

  @Test
  void eachKindHasItsFile() throws IOException {
    try (var files = Files.list(DEFINITIONS)) {
      assertEquals(
          kinds().stream().map(kind -> HasMetadata.getPlural(kind) + ".yaml").toList(),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void namesAgree(Class<? extends HasMetadata> kind) throws IOException {
    CustomResourceDefinition definition = definition(kind);
    assertAll(
        () -> assertEquals(HasMetadata.getFullResourceName(kind), name(definition)),
        () -> assertEquals(MetalLb.GROUP, definition.getSpec().getGroup()),
        () -> assertEquals(kind.getSimpleName(), definition.getSpec().getNames().getKind()),
        () ->
            assertEquals(HasMetadata.getPlural(kind), definition.getSpec().getNames().getPlural()),
        () -> assertEquals(MetalLb.VERSION, version(definition).getName()),
        () -> assertEquals("Namespaced", definition.getSpec().getScope()),
        () -> assertNotNull(version(definition).getSubresources().getStatus()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fieldsAgree(Class<? extends CustomResource<?, ?>> kind) throws IOException {
    JSONSchemaProps schema = version(definition(kind)).getSchema().getOpenAPIV3Schema();
    Type[] parts = ((ParameterizedType) kind.getGenericSuperclass()).getActualTypeArguments();
    List<String> differences = new ArrayList<>();
    compare("spec", schema.getProperties().get("spec"), parts[0], differences);
    compare("status", schema.getProperties().get("status"), parts[1], differences);
    assertEquals(List.of(), differences);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyFieldIsDescribed(Class<? extends HasMetadata> kind) throws IOException {
    JSONSchemaProps schema = version(definition(kind)).getSchema().getOpenAPIV3Schema();
    List<String> silent = new ArrayList<>();
    schema
        .getProperties()
        .forEach((name, field) -> {
          if (!name.equals("metadata")) {
            describe(name, field, silent);
          }
        });
    assertEquals(List.of(), silent);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void columnsShowFieldsThatExist(Class<? extends HasMetadata> kind) throws IOException {
    CustomResourceDefinitionVersion version = version(definition(kind));
    for (var column : version.getAdditionalPrinterColumns()) {
      JSONSchemaProps at = version.getSchema().getOpenAPIV3Schema();
      for (String step : column.getJsonPath().substring(1).split("\\.")) {
        if (step.equals("metadata")) {
          break;
        }
        at = at.getProperties().get(step.replace("[*]", ""));
        assertNotNull(at, column.getName() + " shows " + column.getJsonPath());
        at = step.endsWith("[*]") ? at.getItems().getSchema() : at;
      }
    }
  }

  /** One request through it says what two say through the other, and nothing else. */
  @Test
  void theVersionForWholeObjectsDiffersInTheSubresourceAlone() throws IOException {
    CustomResourceDefinition definition = definition(ServiceL2Status.class);
    CustomResourceDefinitionVersion whole = definition.getSpec().getVersions().getLast();
    assertEquals(ServiceL2Status.WHOLE, whole.getName());
    assertEquals(version(definition).getSchema(), whole.getSchema());
    assertEquals(
        version(definition).getAdditionalPrinterColumns(), whole.getAdditionalPrinterColumns());
    assertNull(whole.getSubresources());
  }

  private static void compare(
      String path, @Nullable JSONSchemaProps schema, Type type, List<String> differences) {
    if (type == Void.class) {
      if (schema != null && !schema.getProperties().isEmpty()) {
        differences.add(path + ": the class has no fields");
      }
      return;
    }
    if (schema == null) {
      differences.add(path + " is not in the definition");
      return;
    }
    String is = schema.getType() + (type == String.class ? "" : "/" + schema.getFormat());
    if (!is.equals(schemaType(type))) {
      differences.add(path + " is " + is + ", not " + schemaType(type));
    } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      compare(
          path + "[]",
          schema.getItems().getSchema(),
          list.getActualTypeArguments()[0],
          differences);
    } else if (schema.getType().equals("object") && schema.getAdditionalProperties() == null) {
      compareObject(path, schema, (Class<?>) type, differences);
    }
  }

  private static void compareObject(
      String path, JSONSchemaProps schema, Class<?> type, List<String> differences) {
    Map<String, Property> properties = properties(type);
    for (String name : schema.getProperties().keySet()) {
      if (!properties.containsKey(name)) {
        differences.add(path + "." + name + " is not in " + type.getSimpleName());
      }
    }
    properties.forEach((name, property) -> {
      boolean required = schema.getRequired().contains(name);
      // Others write status too, and may leave out what we always have.
      if (type.isRecord() && required == property.optional() && (required || inSpec(path))) {
        differences.add(path + "." + name + " is required in one and optional in the other");
      }
      compare(path + "." + name, schema.getProperties().get(name), property.type(), differences);
    });
  }

  private static boolean inSpec(String path) {
    return path.startsWith("spec");
  }

  private static void describe(String path, JSONSchemaProps schema, List<String> silent) {
    if (schema.getDescription() == null) {
      silent.add(path);
    }
    schema.getProperties().forEach((name, field) -> describe(path + "." + name, field, silent));
    if (schema.getItems() != null && schema.getItems().getSchema().getType().equals("object")) {
      describe(path + "[]", schema.getItems().getSchema(), silent);
    }
  }

  /** The fields of a record of ours, or of a class of the client library. */
  private static Map<String, Property> properties(Class<?> type) {
    Map<String, Property> properties = new TreeMap<>();
    if (type.isRecord()) {
      for (RecordComponent c : type.getRecordComponents()) {
        properties.put(
            c.getName(),
            new Property(
                c.getGenericType(), c.getAnnotatedType().isAnnotationPresent(Nullable.class)));
      }
      return properties;
    }
    Arrays.stream(type.getDeclaredFields())
        .filter(f -> f.isAnnotationPresent(JsonProperty.class))
        .forEach((Field f) -> properties.put(f.getName(), new Property(f.getGenericType(), true)));
    assertTrue(!properties.isEmpty(), type + " shows no fields");
    return properties;
  }

  /** Type and format; of text only the type, since a class cannot say more. */
  private static String schemaType(Type type) {
    if (type == boolean.class || type == Boolean.class) {
      return "boolean/null";
    }
    if (type == int.class || type == Integer.class) {
      return "integer/int32";
    }
    if (type == long.class || type == Long.class) {
      return "integer/int64";
    }
    if (type == String.class) {
      return "string";
    }
    return type instanceof ParameterizedType list && list.getRawType() == List.class
        ? "array/null"
        : "object/null";
  }

  private static CustomResourceDefinition definition(Class<? extends HasMetadata> kind)
      throws IOException {
    return new KubernetesSerialization()
        .unmarshal(
            Files.readString(DEFINITIONS.resolve(HasMetadata.getPlural(kind) + ".yaml")),
            CustomResourceDefinition.class);
  }

  private static CustomResourceDefinitionVersion version(CustomResourceDefinition definition) {
    List<CustomResourceDefinitionVersion> stored =
        definition.getSpec().getVersions().stream().filter(v -> v.getStorage()).toList();
    assertEquals(1, stored.size());
    return stored.getFirst();
  }

  private static String name(CustomResourceDefinition definition) {
    return definition.getMetadata().getName();
  }
}
