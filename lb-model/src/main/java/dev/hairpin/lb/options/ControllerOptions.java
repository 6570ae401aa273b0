package dev.hairpin.lb.options;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The flags of the AWS Load Balancer Controller.
 *
 * <p>Source: {@code pkg/config} of the controller v2.8.2.
 *
 * @param clusterName {@code --cluster-name}
 * @param ingressClass {@code --ingress-class}: the value of the old class annotation; empty takes
 *     Ingresses without any class, too
 * @param loadBalancerClass {@code --load-balancer-class}
 * @param defaultTargetType {@code --default-target-type}: {@code instance} or {@code ip}
 * @param defaultSslPolicy {@code --default-ssl-policy}
 * @param enableBackendSecurityGroup {@code --enable-backend-security-group}
 * @param backendSecurityGroup {@code --backend-security-group}; empty to have one made
 * @param disableRestrictedSecurityGroupRules {@code --disable-restricted-sg-rules}
 * @param defaultTags {@code --default-tags}
 * @param externalManagedTags {@code --external-managed-tags}
 * @param tolerateNonExistentBackendService {@code --tolerate-non-existent-backend-service}
 * @param tolerateNonExistentBackendAction {@code --tolerate-non-existent-backend-action}
 * @param disableIngressClassAnnotation {@code --disable-ingress-class-annotation}
 * @param disableIngressGroupNameAnnotation {@code --disable-ingress-group-name-annotation}
 * @param allowedCertificateAuthorityArns {@code --allowed-certificate-authority-arns}
 * @param serviceMutatorWebhook whether new LoadBalancer Services get the controller's class; the
 *     Helm chart's {@code enableServiceMutatorWebhook}
 * @param iamRole whether the controller may call AWS
 * @param featureGates {@code --feature-gates}
 */
public record ControllerOptions(
    String clusterName,
    String ingressClass,
    String loadBalancerClass,
    String defaultTargetType,
    String defaultSslPolicy,
    boolean enableBackendSecurityGroup,
    String backendSecurityGroup,
    boolean disableRestrictedSecurityGroupRules,
    Map<String, String> defaultTags,
    List<String> externalManagedTags,
    boolean tolerateNonExistentBackendService,
    boolean tolerateNonExistentBackendAction,
    boolean disableIngressClassAnnotation,
    boolean disableIngressGroupNameAnnotation,
    List<String> allowedCertificateAuthorityArns,
    boolean serviceMutatorWebhook,
    boolean iamRole,
    Map<FeatureGate, Boolean> featureGates) {

  /** Copies the collections. */
  public ControllerOptions {
    defaultTags = Collections.unmodifiableMap(new TreeMap<>(defaultTags));
    externalManagedTags = List.copyOf(externalManagedTags);
    allowedCertificateAuthorityArns = List.copyOf(allowedCertificateAuthorityArns);
    featureGates = featureGates.isEmpty()
        ? Map.of()
        : Collections.unmodifiableMap(new EnumMap<>(featureGates));
  }

  /**
   * The defaults.
   *
   * @param clusterName the cluster's name
   * @return the options
   */
  public static ControllerOptions of(String clusterName) {
    return builder(clusterName).build();
  }

  /**
   * A builder that starts from the defaults.
   *
   * @param clusterName the cluster's name
   * @return the builder
   */
  public static Builder builder(String clusterName) {
    return new Builder(clusterName);
  }

  /**
   * Whether a feature is on.
   *
   * @param gate the feature
   * @return true if it is on
   */
  public boolean enabled(FeatureGate gate) {
    return featureGates.getOrDefault(gate, gate.byDefault());
  }

  /** Collects the flags; each unset one has its default. */
  public static final class Builder {
    private final String clusterName;
    private String ingressClass = "alb";
    private String loadBalancerClass = "service.k8s.aws/nlb";
    private String defaultTargetType = "instance";
    private String defaultSslPolicy = "ELBSecurityPolicy-2016-08";
    private boolean enableBackendSecurityGroup = true;
    private String backendSecurityGroup = "";
    private boolean disableRestrictedSecurityGroupRules;
    private final Map<String, String> defaultTags = new TreeMap<>();
    private final List<String> externalManagedTags = new ArrayList<>();
    private boolean tolerateNonExistentBackendService = true;
    private boolean tolerateNonExistentBackendAction = true;
    private boolean disableIngressClassAnnotation;
    private boolean disableIngressGroupNameAnnotation;
    private final List<String> allowedCertificateAuthorityArns = new ArrayList<>();
    private boolean serviceMutatorWebhook = true;
    private boolean iamRole = true;
    private final Map<FeatureGate, Boolean> featureGates = new EnumMap<>(FeatureGate.class);

    private Builder(String clusterName) {
      this.clusterName = clusterName;
    }

    /**
     * Sets {@code --ingress-class}.
     *
     * @param value the value of the old class annotation
     * @return this builder
     */
    public Builder ingressClass(String value) {
      this.ingressClass = value;
      return this;
    }

    /**
     * Sets {@code --load-balancer-class}.
     *
     * @param value the class of Services
     * @return this builder
     */
    public Builder loadBalancerClass(String value) {
      this.loadBalancerClass = value;
      return this;
    }

    /**
     * Sets {@code --default-target-type}.
     *
     * @param value {@code instance} or {@code ip}
     * @return this builder
     */
    public Builder defaultTargetType(String value) {
      this.defaultTargetType = value;
      return this;
    }

    /**
     * Sets {@code --default-ssl-policy}.
     *
     * @param value the policy
     * @return this builder
     */
    public Builder defaultSslPolicy(String value) {
      this.defaultSslPolicy = value;
      return this;
    }

    /**
     * Sets {@code --enable-backend-security-group}.
     *
     * @param value whether there is a shared group for the way to the targets
     * @return this builder
     */
    public Builder enableBackendSecurityGroup(boolean value) {
      this.enableBackendSecurityGroup = value;
      return this;
    }

    /**
     * Sets {@code --backend-security-group}.
     *
     * @param value the id of a group; empty to have one made
     * @return this builder
     */
    public Builder backendSecurityGroup(String value) {
      this.backendSecurityGroup = value;
      return this;
    }

    /**
     * Sets {@code --disable-restricted-sg-rules}.
     *
     * @param value whether nodes are opened at all ports
     * @return this builder
     */
    public Builder disableRestrictedSecurityGroupRules(boolean value) {
      this.disableRestrictedSecurityGroupRules = value;
      return this;
    }

    /**
     * Adds one of {@code --default-tags}.
     *
     * @param key the key
     * @param value the value
     * @return this builder
     */
    public Builder defaultTag(String key, String value) {
      this.defaultTags.put(key, value);
      return this;
    }

    /**
     * Adds one of {@code --external-managed-tags}.
     *
     * @param key the key
     * @return this builder
     */
    public Builder externalManagedTag(String key) {
      this.externalManagedTags.add(key);
      return this;
    }

    /**
     * Sets {@code --tolerate-non-existent-backend-service}.
     *
     * @param value whether a missing Service becomes a 503
     * @return this builder
     */
    public Builder tolerateNonExistentBackendService(boolean value) {
      this.tolerateNonExistentBackendService = value;
      return this;
    }

    /**
     * Sets {@code --tolerate-non-existent-backend-action}.
     *
     * @param value whether a missing action becomes a 503
     * @return this builder
     */
    public Builder tolerateNonExistentBackendAction(boolean value) {
      this.tolerateNonExistentBackendAction = value;
      return this;
    }

    /**
     * Sets {@code --disable-ingress-class-annotation}.
     *
     * @param value whether new uses of the old class annotation are refused
     * @return this builder
     */
    public Builder disableIngressClassAnnotation(boolean value) {
      this.disableIngressClassAnnotation = value;
      return this;
    }

    /**
     * Sets {@code --disable-ingress-group-name-annotation}.
     *
     * @param value whether new uses of the group annotation are refused
     * @return this builder
     */
    public Builder disableIngressGroupNameAnnotation(boolean value) {
      this.disableIngressGroupNameAnnotation = value;
      return this;
    }

    /**
     * Adds one of {@code --allowed-certificate-authority-arns}.
     *
     * @param arn the authority
     * @return this builder
     */
    public Builder allowedCertificateAuthority(String arn) {
      this.allowedCertificateAuthorityArns.add(arn);
      return this;
    }

    /**
     * Sets the Helm chart's {@code enableServiceMutatorWebhook}.
     *
     * @param value whether new LoadBalancer Services get the controller's class
     * @return this builder
     */
    public Builder serviceMutatorWebhook(boolean value) {
      this.serviceMutatorWebhook = value;
      return this;
    }

    /**
     * Says whether the controller's service account has its IAM role.
     *
     * @param value false makes every call to AWS fail
     * @return this builder
     */
    public Builder iamRole(boolean value) {
      this.iamRole = value;
      return this;
    }

    /**
     * Opens or closes a feature gate.
     *
     * @param gate the gate
     * @param open whether the feature is on
     * @return this builder
     */
    public Builder featureGate(FeatureGate gate, boolean open) {
      this.featureGates.put(gate, open);
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     */
    public ControllerOptions build() {
      return new ControllerOptions(
          clusterName,
          ingressClass,
          loadBalancerClass,
          defaultTargetType,
          defaultSslPolicy,
          enableBackendSecurityGroup,
          backendSecurityGroup,
          disableRestrictedSecurityGroupRules,
          defaultTags,
          externalManagedTags,
          tolerateNonExistentBackendService,
          tolerateNonExistentBackendAction,
          disableIngressClassAnnotation,
          disableIngressGroupNameAnnotation,
          allowedCertificateAuthorityArns,
          serviceMutatorWebhook,
          iamRole,
          featureGates);
    }
  }
}
