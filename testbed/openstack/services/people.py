"""The callers. The fixture of keystonemiddleware replaces Keystone, so the services check tokens, roles and
projects with the production code."""
import datetime

PROJECT = '0a5c3de1f2b94c6d8e7f90a1b2c3d4e5'
OTHER_PROJECT = '1b6d4ef203ca5d7e9f80a1b2c3d4e5f6'

# Token: user, project, roles. The services answer any unlisted token with 401.
PEOPLE = {
    'testbed-owner': ('2c7e5f0314db6e8fa091b2c3d4e5f607', PROJECT, ['member', 'reader']),
    'testbed-reader': ('3d8f601425ec7f90b1a2c3d4e5f60718', PROJECT, ['reader']),
    'testbed-other': ('4e90712536fd80a1c2b3d4e5f6071829', OTHER_PROJECT, ['member', 'reader']),
    'testbed-admin': ('5fa182364700e91b2d3c4e5f60718293', PROJECT, ['admin', 'manager', 'member', 'reader']),
}


def admit(tokens):
    """Makes the people known to a fixture that is set up."""
    never = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(days=365)
    for token, (user, project, roles) in PEOPLE.items():
        tokens.add_token_data(token_id=token, expires=never, user_id=user, user_name=user[:4],
                              user_domain_id='default', user_domain_name='default', project_id=project,
                              project_name=project[:4], project_domain_id='default',
                              project_domain_name='default', role_list=roles)
