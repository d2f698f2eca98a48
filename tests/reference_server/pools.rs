//! The offered values: flavors, images, networks, zones, keys, volume types, and the SCP servers that volumes attach
//! to. A list call returns each pool, so a client needs no prior knowledge.

#[derive(Clone, Debug)]
pub struct Pools {
    pub flavors: Vec<Flavor>,
    pub images: Vec<Image>,
    pub networks: Vec<Network>,
    pub zones: Vec<String>,
    /// Names of SSH keys, the same for both projects.
    pub keys: Vec<String>,
    /// Disk types of v1 (creating-an-ecs.md:382).
    pub disk_types: Vec<String>,
    pub volume_types: Vec<VolumeType>,
    /// Ids of the SCP servers of each account, in the order of the access keys.
    pub scp_servers: [Vec<String>; 2],
}

#[derive(Clone, Debug)]
pub struct Flavor {
    pub id: String,
    pub vcpus: u64,
    pub ram_mb: u64,
    /// A KVM server cannot become a Xen server (002:13).
    pub xen: bool,
    /// Withdrawn: not listed, and refused (error-code-description.md:269).
    pub abandoned: bool,
    /// Listed without capacity (error-code-description.md:995).
    pub sold_out: bool,
}

#[derive(Clone, Debug)]
pub struct Image {
    pub id: String,
    pub name: String,
}

/// A network of the native API. In v1 the id is the id of a subnet in `vpc`.
#[derive(Clone, Debug)]
pub struct Network {
    pub id: String,
    pub label: String,
    pub vpc: String,
    /// First three numbers of its addresses.
    pub prefix: String,
}

#[derive(Clone, Debug)]
pub struct VolumeType {
    pub id: String,
    pub name: String,
}

impl Pools {
    pub(super) fn flavor(&self, id: &str) -> Option<&Flavor> {
        self.flavors.iter().find(|flavor| flavor.id == id && !flavor.abandoned)
    }

    pub(super) fn image(&self, id: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.id == id)
    }

    pub(super) fn network(&self, id: &str) -> Option<&Network> {
        self.networks.iter().find(|network| network.id == id)
    }

    /// By name or by id: the page says type and lists both (virtualserver.openapi.yaml:11334).
    pub(super) fn volume_type(&self, name: &str) -> Option<&VolumeType> {
        self.volume_types.iter().find(|kind| kind.name == name || kind.id == name)
    }
}

impl Default for Pools {
    fn default() -> Self {
        Pools {
            flavors: flavors(),
            images: vec![
                image("3b8d6fef-af77-42ab-b8b7-5a7f0f0af8f2", "plain-linux-9"),
                image("67f433d8-ed0e-4321-a8a2-a71838539e09", "plain-linux-10"),
                image("b4a24f4a-0e0e-4a8c-8d3d-3a5f0ef9c1f7", "small-linux-3"),
            ],
            networks: vec![
                network("04468f37-500a-4a80-88da-af823e7a1d6c", "front", "10.20.30"),
                network("1fcff959-21d0-4ba8-976a-974cb564c977", "back", "10.20.40"),
            ],
            zones: vec!["az1-dc1".to_string(), "az2-dc1".to_string()],
            keys: vec!["key-one".to_string(), "key-two".to_string()],
            disk_types: ["SATA", "SAS", "SSD", "co-p1", "uh-l1"].map(String::from).to_vec(),
            volume_types: vec![
                volume_type("c643ac35-3aec-43e6-b97a-3d6f666c5207", "SSD"),
                volume_type("5ab1c5a8-2f0b-4b0e-9a0e-7d1f1f0c9b11", "HDD"),
            ],
            scp_servers: [
                vec![
                    "b13531ca-99ec-4aa5-a2dd-a85665b0a358".to_string(),
                    "2a9be312-5d4b-4bc8-b2ae-35100fa9241f".to_string(),
                ],
                vec!["e0f1d2c3-b4a5-4697-8879-6a5b4c3d2e1f".to_string()],
            ],
        }
    }
}

/// Any flavor can be exchanged for any other, except the withdrawn flavor, so that a client may choose freely.
fn flavors() -> Vec<Flavor> {
    let flavor = |id: &str, vcpus, ram_mb| Flavor {
        id: id.to_string(),
        vcpus,
        ram_mb,
        xen: false,
        abandoned: false,
        sold_out: false,
    };
    vec![
        flavor("s6.medium.2", 1, 2048),
        flavor("s6.large.2", 2, 4096),
        flavor("c3.large.2", 2, 4096),
        flavor("c3.xlarge.2", 4, 8192),
        flavor("c3.2xlarge.2", 8, 16384),
        flavor("c3.15xlarge.2", 60, 131_072),
        Flavor { abandoned: true, ..flavor("s1.medium", 1, 4096) },
    ]
}

fn image(id: &str, name: &str) -> Image {
    Image { id: id.to_string(), name: name.to_string() }
}

fn network(id: &str, label: &str, prefix: &str) -> Network {
    let vpc = "0dae26c9-9a70-4392-93f3-87d53115d171".to_string();
    Network { id: id.to_string(), label: label.to_string(), vpc, prefix: prefix.to_string() }
}

fn volume_type(id: &str, name: &str) -> VolumeType {
    VolumeType { id: id.to_string(), name: name.to_string() }
}
