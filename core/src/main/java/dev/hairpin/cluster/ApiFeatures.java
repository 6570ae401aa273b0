package dev.hairpin.cluster;

import java.util.List;

/**
 * What differs between releases of the API server.
 *
 * <p>Source: the feature gates of kube-apiserver and the releases that turned them on.
 *
 * @param relaxedServiceNames Service names may begin with a digit: gate
 *     {@code RelaxedServiceNameValidation}, on since 1.36
 * @param strictAddresses leading zeros and bits beyond a prefix are refused: gate
 *     {@code StrictIPCIDRValidation}, on since 1.36
 * @param ipAddressObjects each ClusterIP is an IPAddress object: gate
 *     {@code MultiCIDRServiceAllocator}, on since 1.33
 * @param preferSameZone {@code PreferSameZone} and {@code PreferSameNode} are values of
 *     {@code trafficDistribution}: gate {@code PreferSameTrafficDistribution}, on since 1.34
 * @param jsonValues bad values are printed as JSON: since 1.34
 * @param externalIpsDeprecated {@code externalIPs} warns: since 1.36
 * @param kubeletPortReserved no load balancer may have the kubelet's port 10250: until 1.32
 * @param relaxedVariableNames environment variables may have any name of printable ASCII: gate
 *     {@code RelaxedEnvironmentVariableValidation}, on since 1.32
 */
public record ApiFeatures(
    boolean relaxedServiceNames,
    boolean strictAddresses,
    boolean ipAddressObjects,
    boolean preferSameZone,
    boolean jsonValues,
    boolean externalIpsDeprecated,
    boolean kubeletPortReserved,
    boolean relaxedVariableNames) {

  /** Those of the newest recorded release, 1.36. */
  public static final ApiFeatures NEWEST = ofMinor(36);

  /**
   * The features of a release as it is delivered.
   *
   * @param minor the release's second number, such as 36 for 1.36
   * @return the features
   */
  public static ApiFeatures ofMinor(int minor) {
    return new ApiFeatures(
        minor >= 36,
        minor >= 36,
        minor >= 33,
        minor >= 34,
        minor >= 34,
        minor >= 36,
        minor < 33,
        minor >= 32);
  }

  /**
   * The same features with a gate opened or closed.
   *
   * @param name the gate's name; one that changes nothing here is passed over
   * @param on whether it is open
   * @return the features
   */
  public ApiFeatures withGate(String name, boolean on) {
    return switch (name) {
      case "RelaxedServiceNameValidation" ->
        new ApiFeatures(
            on,
            strictAddresses,
            ipAddressObjects,
            preferSameZone,
            jsonValues,
            externalIpsDeprecated,
            kubeletPortReserved,
            relaxedVariableNames);
      case "StrictIPCIDRValidation" ->
        new ApiFeatures(
            relaxedServiceNames,
            on,
            ipAddressObjects,
            preferSameZone,
            jsonValues,
            externalIpsDeprecated,
            kubeletPortReserved,
            relaxedVariableNames);
      case "MultiCIDRServiceAllocator" ->
        new ApiFeatures(
            relaxedServiceNames,
            strictAddresses,
            on,
            preferSameZone,
            jsonValues,
            externalIpsDeprecated,
            kubeletPortReserved,
            relaxedVariableNames);
      case "PreferSameTrafficDistribution" ->
        new ApiFeatures(
            relaxedServiceNames,
            strictAddresses,
            ipAddressObjects,
            on,
            jsonValues,
            externalIpsDeprecated,
            kubeletPortReserved,
            relaxedVariableNames);
      case "RelaxedEnvironmentVariableValidation" ->
        new ApiFeatures(
            relaxedServiceNames,
            strictAddresses,
            ipAddressObjects,
            preferSameZone,
            jsonValues,
            externalIpsDeprecated,
            kubeletPortReserved,
            on);
      default -> this;
    };
  }

  /** What is wrong with the name of an environment variable. */
  List<String> variableName(String name) {
    return relaxedVariableNames ? NameRules.variableName(name) : NameRules.oldVariableName(name);
  }
}
