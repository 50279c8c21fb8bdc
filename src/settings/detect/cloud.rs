//! The cloud that this runs in, by the variables that it sets. No metadata server is asked.
//!
//! The table is gone through from the top: what only one platform sets comes first, what a person's shell may hold too, like a region
//! or a project, comes last. One row fits at most.
//!
//! Spec: semantic conventions, "Cloud", "Function as a Service", "Heroku".

use crate::settings::detect::Found;
use crate::settings::env::EnvVars;

/// A platform.
struct Platform {
    /// Variables that are all set there.
    marks: &'static [&'static str],
    /// `cloud.provider`
    provider: &'static str,
    /// `cloud.platform`; empty when the marks do not tell.
    name: &'static str,
    /// Attributes, and the variables for them in the order of trial.
    attributes: &'static [(&'static str, &'static [&'static str])],
}

const AWS_REGION: (&str, &[&str]) = ("cloud.region", &["AWS_REGION", "AWS_DEFAULT_REGION"]);
const GCP_ACCOUNT: (&str, &[&str]) = (
    "cloud.account.id",
    &["GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "GCLOUD_PROJECT"],
);
const GCP_REGION: (&str, &[&str]) = ("cloud.region", &["GOOGLE_CLOUD_REGION", "FUNCTION_REGION"]);
const AZURE_REGION: (&str, &[&str]) = ("cloud.region", &["REGION_NAME"]);

const PLATFORMS: [Platform; 16] = [
    platform(
        &["AWS_LAMBDA_FUNCTION_NAME"],
        ("aws", "aws_lambda"),
        &[
            AWS_REGION,
            ("faas.name", &["AWS_LAMBDA_FUNCTION_NAME"]),
            ("faas.version", &["AWS_LAMBDA_FUNCTION_VERSION"]),
            ("faas.instance", &["AWS_LAMBDA_LOG_STREAM_NAME"]),
        ],
    ),
    platform(
        &["ECS_CONTAINER_METADATA_URI_V4"],
        ("aws", "aws_ecs"),
        &[AWS_REGION],
    ),
    platform(
        &["ECS_CONTAINER_METADATA_URI"],
        ("aws", "aws_ecs"),
        &[AWS_REGION],
    ),
    platform(
        &["KUBERNETES_SERVICE_HOST", "AWS_WEB_IDENTITY_TOKEN_FILE"],
        ("aws", "aws_eks"),
        &[AWS_REGION],
    ),
    platform(
        &["FUNCTION_TARGET", "K_SERVICE"],
        ("gcp", "gcp_cloud_functions"),
        &[
            GCP_ACCOUNT,
            GCP_REGION,
            ("faas.name", &["K_SERVICE"]),
            ("faas.version", &["K_REVISION"]),
        ],
    ),
    platform(
        &["K_SERVICE", "K_REVISION", "K_CONFIGURATION"],
        ("gcp", "gcp_cloud_run"),
        &[
            GCP_ACCOUNT,
            GCP_REGION,
            ("faas.name", &["K_SERVICE"]),
            ("faas.version", &["K_REVISION"]),
        ],
    ),
    platform(
        &["CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION"],
        ("gcp", "gcp_cloud_run"),
        &[
            GCP_ACCOUNT,
            GCP_REGION,
            ("faas.name", &["CLOUD_RUN_JOB"]),
            ("gcp.cloud_run.job.execution", &["CLOUD_RUN_EXECUTION"]),
        ],
    ),
    platform(
        &["GAE_SERVICE"],
        ("gcp", "gcp_app_engine"),
        &[
            GCP_ACCOUNT,
            GCP_REGION,
            ("faas.name", &["GAE_SERVICE"]),
            ("faas.version", &["GAE_VERSION"]),
            ("faas.instance", &["GAE_INSTANCE"]),
        ],
    ),
    platform(
        &["WEBSITE_SITE_NAME", "FUNCTIONS_EXTENSION_VERSION"],
        ("azure", "azure.functions"),
        &[
            AZURE_REGION,
            ("faas.name", &["WEBSITE_SITE_NAME"]),
            ("faas.instance", &["WEBSITE_INSTANCE_ID"]),
        ],
    ),
    platform(
        &["WEBSITE_SITE_NAME"],
        ("azure", "azure.app_service"),
        &[AZURE_REGION],
    ),
    platform(
        &["CONTAINER_APP_NAME"],
        ("azure", "azure.container_apps"),
        &[AZURE_REGION],
    ),
    platform(&["DYNO"], ("heroku", ""), &HEROKU),
    platform(&["HEROKU_APP_ID"], ("heroku", ""), &HEROKU),
    platform(
        &["FLY_APP_NAME"],
        ("fly_io", ""),
        &[("cloud.region", &["FLY_REGION"])],
    ),
    platform(&["AWS_REGION"], ("aws", ""), &[AWS_REGION]),
    platform(
        &["GOOGLE_CLOUD_PROJECT"],
        ("gcp", ""),
        &[GCP_ACCOUNT, GCP_REGION],
    ),
];

const HEROKU: [(&str, &[&str]); 4] = [
    ("heroku.app.id", &["HEROKU_APP_ID"]),
    (
        "heroku.release.commit",
        &["HEROKU_BUILD_COMMIT", "HEROKU_SLUG_COMMIT"],
    ),
    (
        "heroku.release.creation_timestamp",
        &["HEROKU_RELEASE_CREATED_AT"],
    ),
    ("service.version", &["HEROKU_RELEASE_VERSION"]),
];

const fn platform(
    marks: &'static [&'static str],
    (provider, name): (&'static str, &'static str),
    attributes: &'static [(&'static str, &'static [&'static str])],
) -> Platform {
    Platform {
        marks,
        provider,
        name,
        attributes,
    }
}

pub(super) fn detect(env: &EnvVars, found: &mut Found) {
    let fits = |platform: &&Platform| platform.marks.iter().all(|mark| env.get(mark).is_some());
    let Some(platform) = PLATFORMS.iter().find(fits) else {
        return;
    };
    found.text("cloud.provider", Some(platform.provider));
    found.text("cloud.platform", Some(platform.name));
    for (key, variables) in platform.attributes {
        let value = variables.iter().find_map(|name| env.get(name));
        found.text(*key, value);
    }
    if platform.provider == "azure" {
        // `<subscription>+<group>-<region>webspace`
        let owner = env.get("WEBSITE_OWNER_NAME");
        let account = owner.and_then(|owner| owner.split_once('+'));
        found.text("cloud.account.id", account.map(|(account, _)| account));
    }
    if platform.name == "aws_lambda" {
        let mebibytes = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
        let mebibytes = mebibytes.and_then(|size| size.parse::<i64>().ok());
        let bytes = mebibytes.and_then(|size| size.checked_mul(1 << 20));
        found.number("faas.max_memory", bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::detect::tests::shown;

    #[track_caller]
    fn check(env: &[(&str, &str)], expected: &str) {
        let mut found = Found::default();
        detect(&EnvVars::new(env.iter().copied()), &mut found);
        assert_eq!(shown(&found.0), expected);
    }

    #[test]
    fn amazon_is_told_by_what_it_sets() {
        let region = ("AWS_REGION", "eu-central-1");
        check(
            &[
                region,
                ("AWS_LAMBDA_FUNCTION_NAME", "cart"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ],
            "cloud.provider=aws cloud.platform=aws_lambda cloud.region=eu-central-1 faas.name=cart faas.version=$LATEST faas.max_memory=134217728",
        );
        let ecs = ("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x");
        check(
            &[region, ecs],
            "cloud.provider=aws cloud.platform=aws_ecs cloud.region=eu-central-1",
        );
        let eks = [
            ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/x"),
        ];
        check(&eks, "cloud.provider=aws cloud.platform=aws_eks");
        check(&[region], "cloud.provider=aws cloud.region=eu-central-1");
    }

    #[test]
    fn google_is_told_by_what_it_sets() {
        let project = ("GOOGLE_CLOUD_PROJECT", "shop");
        let service = [
            ("K_SERVICE", "cart"),
            ("K_REVISION", "cart-7"),
            ("K_CONFIGURATION", "cart"),
            project,
        ];
        let run = "cloud.account.id=shop faas.name=cart faas.version=cart-7";
        check(
            &service,
            &format!("cloud.provider=gcp cloud.platform=gcp_cloud_run {run}"),
        );
        let function = [&service[..], &[("FUNCTION_TARGET", "main")]].concat();
        check(
            &function,
            &format!("cloud.provider=gcp cloud.platform=gcp_cloud_functions {run}"),
        );
        check(
            &[("GAE_SERVICE", "web")],
            "cloud.provider=gcp cloud.platform=gcp_app_engine faas.name=web",
        );
        check(&[project], "cloud.provider=gcp cloud.account.id=shop");
    }

    #[test]
    fn the_others_are_told_by_what_they_set() {
        let site = [
            ("WEBSITE_SITE_NAME", "cart"),
            ("REGION_NAME", "West Europe"),
            ("WEBSITE_OWNER_NAME", "7b1f+rg-web"),
        ];
        let azure = "cloud.region=West Europe cloud.account.id=7b1f";
        check(
            &site,
            &format!("cloud.provider=azure cloud.platform=azure.app_service {azure}"),
        );
        let function = [&site[..], &[("FUNCTIONS_EXTENSION_VERSION", "~4")]].concat();
        check(
            &function,
            "cloud.provider=azure cloud.platform=azure.functions cloud.region=West Europe faas.name=cart cloud.account.id=7b1f",
        );
        check(
            &[("DYNO", "web.1"), ("HEROKU_RELEASE_VERSION", "v42")],
            "cloud.provider=heroku service.version=v42",
        );
        check(
            &[("FLY_APP_NAME", "cart"), ("FLY_REGION", "ams")],
            "cloud.provider=fly_io cloud.region=ams",
        );
        check(&[("PATH", "/bin")], "");
    }
}
