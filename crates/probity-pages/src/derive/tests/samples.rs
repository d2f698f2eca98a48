//! Invented pages in several dialects.

pub(super) const DIM_MD: &str = "\
# Dimming a Lamp<a name=\"EN-US_TOPIC_0001\"></a>

## Constraints<a name=\"s1\"></a>

-   A lamp in the broken state cannot be dimmed.

## URI<a name=\"s2\"></a>

POST /v4/\\{room\\_id\\}/lamps/\\{lamp\\_id\\}/action

## Request<a name=\"s3\"></a>

**Table  1**  Request parameters

<table><thead><tr><th>Parameter</th><th>Mandatory</th><th>Type</th><th>Description</th></tr></thead>
<tbody>
<tr><td>shade</td><td>String</td><td>Yes</td><td>Names the shade.</td></tr>
<tr><td>note</td><td>No</td><td>String</td><td>A note. This parameter does not take effect.</td></tr>
<tr><td>label</td><td>No</td><td>String</td><td><p>The value contains 2 to 40 characters.</p><p>This field is supported in microversion 4.7.</p></td></tr>
<tr><td>script</td><td>No</td><td>String</td><td>It contains 1 to 65,000 characters and must be encrypted using Base64.</td></tr>
</tbody></table>

## Response<a name=\"s4\"></a>

**Table  2**  Response parameters

<table><thead><tr><th>Parameter</th><th>Type</th><th>Description</th></tr></thead>
<tbody>
<tr><td>glow</td><td>String</td><td><p>Values:</p><ul><li><strong>LIT</strong></li><li><strong>DARK</strong></li></ul><p>See <a href=\"glows.md\">Glows</a>.</p></td></tr>
<tr><td>plugs</td><td>Array of objects</td><td>Where it is plugged in.</td></tr>
<tr><td>level</td><td>String</td><td>How bright.</td></tr>
<tr><td>note</td><td>String</td><td>The note.</td></tr>
</tbody></table>

## Example Request<a name=\"s5\"></a>

```
POST https://{endpoint}/v4/{room_id}/lamps/{lamp_id}/action
```

```
{ \"dim\": { \"shade\": \"linen\", \"soft\": true } }
```

## Example Response<a name=\"s6\"></a>

```
{
  \"lamp\": {
    \"glow\": \"LIT\",
    \"plugs\": { \"11112222-3333-4444-5555-666677778888\": [ { \"volt\": 12 } ] },
    \"level\": 0,
    \"note\": \"x\",
    \"made\": \"2020-01-02T03:04:05Z\"
  }
}
```

## Returned Values<a name=\"s7\"></a>

See  [Values](values.md).
";

pub(super) const GLOWS: &str = "\
# Glows

**Table  1**  **glow**  statuses

<table><thead><tr><th>Status</th><th>Description</th></tr></thead>
<tbody>
<tr><td>LIT</td><td>It shines.</td></tr>
<tr><td>DARK</td><td>It does not.</td></tr>
<tr><td>FLICKER</td><td>It may.</td></tr>
</tbody></table>
";

pub(super) const VALUES: &str = "\
# Values

-   Normal

    <table><thead><tr><th>Returned Value</th><th>Description</th></tr></thead>
    <tbody><tr><td>200</td><td>Good.</td></tr><tr><td>202</td><td>Later.</td></tr></tbody></table>

-   Abnormal

    <table><thead><tr><th>Returned Value</th><th>Description</th></tr></thead>
    <tbody><tr><td>400 Bad Request</td><td>Bad.</td></tr></tbody></table>
";

pub(super) const OFF_RST: &str = "\
:original_name: en-us_topic_0002.html

.. _en-us_topic_0002:

Turning a Lamp Off
==================

Constraints
-----------

Ensure that the lamp meets the following requirements:

LAMP:glow_mode=dimmed

URI
---

POST /v4/{room_id}/lamps/{lamp_id}/off

Request
-------

.. table:: **Table 1** Request parameters

   ========= ========= ======= ===================================
   Parameter Mandatory Type    Description
   ========= ========= ======= ===================================
   delay     No        Integer The value ranges from 0 to 60.
   fade      No        Obejct  How it fades. It has a table below.
   ========= ========= ======= ===================================

.. table:: **Table 2** **fade** parameters

   ========= ========================== ======= =======================
   Parameter Mandatory                  Type    Description
   ========= ========================== ======= =======================
   curve     Yes (if there is a fade)   String  The curve.
   steps     Yes                        Integer Options: 1, 2, and 4
   ========= ========================== ======= =======================

Response
--------

See :ref:`Tasks <en-us_topic_0009>`.

Example Request
---------------

.. code-block::

   {
       \"delay\": 5, // seconds
       \"fade\": {\"curve\": \"sine\", \"steps\": 2},
   }

Example Response
----------------

None

Status Codes
------------

-  Normal

   202

-  Abnormal

   409
";

pub(super) const TASKS_RST: &str = "\
.. _en-us_topic_0009:

Tasks
=====

-  Normal response

   ========= ====== ==============
   Parameter Type   Description
   ========= ====== ==============
   task_id   String Names the task.
   ========= ====== ==============

-  Abnormal response

   ========= ====== ==============
   Parameter Type   Description
   ========= ====== ==============
   fault     String Names the fault.
   ========= ====== ==============

-  Example response

   .. code-block::

      {\"task_id\": \"t1\"}
";

pub(super) const LAMP_PIPES: &str = "\
This is the multi-page printable view of this section. Click here to print.
Turn a lamp back
1 - 2.1
post /v2/lamps/{lamp_id}/back
Description
Turn a lamp back, the lamp must be dark.
State ACTIVE (CURRENT)
| Version | Not Before |
|---|---|
| 2.1 | - |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | lamp_id required | Lamp ID Example : 77 | string | None |
| query | soft optional | Softly | boolean | True |
| body | body required | LampBackRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
| 409 | Conflict | None |
Example HTTP request
Request path
/v2/lamps/{lamp_id}/back
Request header
\"Lamp-Api-Version = lampserver 2.1\"
Request body
{
\"mark_id\": \"m1\"
}
Example HTTP response
Response 202
2 - 2.0
post /v2/lamps/{lamp_id}/back
Description
Turn a lamp back, the lamp must be dark.
State ACTIVE (DEPRECATED)
Deprecated versions with Not Before dates that have arrived or expired are no longer supported.
| Version | Not Before |
|---|---|
| 2.0 | 20240131 |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | lamp_id required | Lamp ID Example : 77 | string | None |
| body | body required | LampBackRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
Example HTTP request
Request header
\"Lamp-Api-Version = lampserver 2.0\"
Request body
{
\"mark_id\": \"m1\",
\"old\": true
}
Example HTTP response
Response 202
";
