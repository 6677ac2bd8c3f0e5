#include "backend/packages/schema.h"

namespace slipway::packages
{

// From the XSDs of SDK 1.x to 2.9 taken together, with the legacy forms.
static constexpr ElementRule kDefinition[] = {
    {"ServiceDefinition", "name! upgradeDomainCount schemaVersion topologyChangeDiscovery",
     "LoadBalancerProbes WebRole* WorkerRole* VirtualMachineRole* NetworkTrafficRules*"},
    {"WebRole", "name! vmsize enableNativeCodeExecution",
     "Imports Startup LocalStorage* LocalResources ConfigurationSettings InputEndpoints "
     "InternalEndpoint* Endpoints Certificates Sites Runtime Contents"},
    {"WorkerRole", "name! vmsize enableNativeCodeExecution",
     "Imports Startup LocalStorage* LocalResources ConfigurationSettings Endpoints Certificates "
     "Runtime Contents"},
    {"VirtualMachineRole", "name! vmsize",
     "Imports ConfigurationSettings Endpoints Certificates LocalResources"},
    {"Imports", "", "Import*"},
    {"Import", "moduleName!", ""},
    {"Startup", "priority", "Task*"},
    {"Task", "commandLine! executionContext taskType", "Environment"},
    {"Environment", "", "Variable*"},
    {"Variable", "name! value", "RoleInstanceValue"},
    {"RoleInstanceValue", "xpath!", ""},
    {"LocalResources", "", "LocalStorage*"},
    {"LocalStorage", "name! sizeInMB cleanOnRoleRecycle", ""},
    {"ConfigurationSettings", "", "Setting*"},
    {"Setting", "name!", ""},
    {"InputEndpoints", "", "InputEndpoint*"},
    {"Endpoints", "", "InputEndpoint* InternalEndpoint* InstanceInputEndpoint*"},
    {"InputEndpoint",
     "name! protocol! port! localPort certificate ignoreRoleInstanceStatus loadBalancerProbe "
     "loadBalancer idleTimeoutInMinutes loadBalancerDistribution",
     ""},
    {"InternalEndpoint", "name! protocol! port", "FixedPort* FixedPortRange*"},
    {"InstanceInputEndpoint", "name! localPort! protocol! idleTimeoutInMinutes",
     "AllocatePublicPortFrom"},
    {"AllocatePublicPortFrom", "", "FixedPortRange"},
    {"FixedPort", "port!", ""},
    {"FixedPortRange", "min! max!", ""},
    {"Certificates", "", "Certificate*"},
    {"Certificate", "name! storeLocation! storeName! permissionLevel", ""},
    {"Sites", "", "Site*"},
    {"Site", "name! physicalDirectory", "VirtualApplication* VirtualDirectory* Bindings"},
    {"VirtualApplication", "name! physicalDirectory!", "VirtualApplication* VirtualDirectory*"},
    {"VirtualDirectory", "name! physicalDirectory!", "VirtualApplication* VirtualDirectory*"},
    {"Bindings", "", "Binding*"},
    {"Binding", "name! endpointName! hostHeader", ""},
    {"Runtime", "executionContext", "Environment EntryPoint"},
    {"EntryPoint", "", "NetFxEntryPoint ProgramEntryPoint"},
    {"NetFxEntryPoint", "assemblyName! targetFrameworkVersion!", ""},
    {"ProgramEntryPoint", "commandLine! setReadyOnProcessStart", ""},
    {"Contents", "", "Content*"},
    {"Content", "destination!", "SourceDirectory"},
    {"SourceDirectory", "path!", ""},
    {"LoadBalancerProbes", "", "LoadBalancerProbe*"},
    {"LoadBalancerProbe", "name! protocol! path port intervalInSeconds timeoutInSeconds", ""},
    {"NetworkTrafficRules", "", "OnlyAllowTrafficTo*"},
    {"OnlyAllowTrafficTo", "", "Destinations AllowAllTraffic WhenSource*"},
    {"Destinations", "", "RoleEndpoint*"},
    {"RoleEndpoint", "endpointName! roleName!", ""},
    {"AllowAllTraffic", "", ""},
    {"WhenSource", "matches!", "FromRole*"},
    {"FromRole", "roleName!", ""},
};

static constexpr ElementRule kConfiguration[] = {
    {"ServiceConfiguration", "serviceName! osFamily osVersion schemaVersion",
     "Role* NetworkConfiguration GuestAgentSettings"},
    {"Role", "name! vmName", "OsImage Instances ConfigurationSettings Certificates"},
    {"OsImage", "href", ""},
    {"Instances", "count!", ""},
    {"ConfigurationSettings", "", "Setting*"},
    {"Setting", "name! value", ""},
    {"Certificates", "", "Certificate*"},
    {"Certificate", "name! thumbprint thumbprintAlgorithm", ""},
    {"NetworkConfiguration", "",
     "Dns VirtualNetworkSite AddressAssignments AccessControls EndpointAcls LoadBalancers "
     "NetworkSecurityGroupRefs"},
    {"Dns", "", "DnsServers"},
    {"DnsServers", "", "DnsServer*"},
    {"DnsServer", "name! IPAddress!", ""},
    {"VirtualNetworkSite", "name!", ""},
    {"AddressAssignments", "", "InstanceAddress* ReservedIPs"},
    {"InstanceAddress", "roleName!", "Subnets PublicIPs"},
    {"Subnets", "", "Subnet*"},
    {"Subnet", "name!", ""},
    {"PublicIPs", "", "PublicIP*"},
    {"PublicIP", "name! idleTimeoutInMinutes domainNameLabel", ""},
    {"ReservedIPs", "", "ReservedIP*"},
    {"ReservedIP", "name!", ""},
    {"AccessControls", "", "AccessControl*"},
    {"AccessControl", "name!", "Rule*"},
    {"Rule", "order! action! remoteSubnet! description", ""},
    {"EndpointAcls", "", "EndpointAcl*"},
    {"EndpointAcl", "role! endPoint endpoint accessControl!", ""},
    {"LoadBalancers", "", "LoadBalancer*"},
    {"LoadBalancer", "name!", "FrontendIPConfiguration"},
    {"FrontendIPConfiguration", "type! subnet staticVirtualNetworkIPAddress", ""},
    {"NetworkSecurityGroupRefs", "", "NetworkSecurityGroupRef*"},
    {"NetworkSecurityGroupRef", "roleName!", "NetworkSecurityGroup"},
    {"NetworkSecurityGroup", "name!", ""},
    {"GuestAgentSettings", "cleanupFirewallOnRoleRestart allowRoleProcessLocalDumps", ""},
};

std::span<const ElementRule> definitionSchema()
{
    return kDefinition;
}
std::span<const ElementRule> configurationSchema()
{
    return kConfiguration;
}

} // namespace slipway::packages
